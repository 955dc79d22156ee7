import { Worker } from 'node:worker_threads'
import type { HeartbeatData } from '../heartbeat'

const countMs = 500

/**
 * Starts the thread that tells the backend that this job lives (engine/heartbeat.ts), where whoever started the job listens.
 * Its heap is kept small: a megabyte or two are all that it ever needs.
 */
export function showLife(heartbeat: string, fd: string | undefined): void {
  if (fd === undefined) return
  const turns = new Int32Array(new SharedArrayBuffer(4))
  setInterval(() => Atomics.add(turns, 0, 1), countMs).unref()
  const workerData: HeartbeatData = { fd: Number(fd), turns }
  const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 }
  new Worker(heartbeat, { workerData, resourceLimits }).unref()
}
