import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'

/**
 * A thread of a job process that tells the backend every second that the job lives: one byte on a pipe of its own.
 *
 * A timer of the job's own thread would not do: an engine that computes op by op (WASM) holds that thread for a whole step,
 * learning a vocabulary for as long as it takes. So this thread beats for it, but only while there is something to beat for:
 * the job's thread has turned (its event loop runs while TensorFlow computes beside it), or the process has computed.
 * A process that is halted beats no more, and neither does one whose thread waits for what never comes.
 */
const beatMs = 1000
/** Of a beat's time; this thread itself takes less than 1 ms. */
const busyMs = 20

export interface HeartbeatData {
  readonly fd: number
  /** int32 [1]: how often the job's event loop has turned, counted once a beat. */
  readonly turns: Int32Array
}

const { fd, turns } = workerData as HeartbeatData
let turnsBefore = -1
let computedBefore = 0

const beat = (): void => {
  const turned = Atomics.load(turns, 0)
  const { user, system } = process.cpuUsage()
  const computed = (user + system) / 1000
  const isAlive = turned !== turnsBefore || computed - computedBefore > busyMs
  turnsBefore = turned
  computedBefore = computed
  if (!isAlive) return
  try {
    writeSync(fd, '.')
  } catch {
    // The backend is gone, and the job ends with it; or it is so busy that the pipe is full, and knows.
  }
}
beat()
setInterval(beat, beatMs)
