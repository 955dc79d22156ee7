import { readFileSync, readdirSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { availableParallelism, cpus, freemem, totalmem } from 'node:os'
import { AppError } from '../../../src-preload/contract/errors'
import type { ComputerInfo, EngineInfo } from '../../../src-preload/contract/records'
import type { Context } from './context'

export type SystemService = ReturnType<typeof createSystem>

/** Names as NVIDIA's driver gives them; other makers' cards have no name without asking a program. */
function gpuNames(): string[] {
  const folder = '/proc/driver/nvidia/gpus'
  try {
    return readdirSync(folder).flatMap((name) => {
      const model = /^Model:\s+(.+)$/m.exec(readFileSync(`${folder}/${name}/information`, 'utf8'))?.[1]
      return model === undefined ? [] : [model.trim()]
    })
  } catch {
    return []
  }
}

/** MemAvailable where Linux says it: free memory alone leaves out what caches would give back. */
function availableMemory(): number {
  try {
    const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]
    if (kilobytes !== undefined) return Number(kilobytes) * 1024
  } catch {
    // not Linux
  }
  return freemem()
}

export function createSystem(context: Context, appVersion: string) {
  let probing: Promise<EngineInfo[]> | null = null

  const probe = async (): Promise<EngineInfo[]> => {
    let found = null as EngineInfo[] | null
    const job = context.jobs.start({ kind: 'probe', engineOptions: context.engineOptions }, (event) => {
      if (event.kind === 'probed') found = [...event.engines]
    })
    await job.ended
    if (found === null) throw new AppError('internal', { detail: 'probe ended without an answer' })
    return found
  }

  /** Loading a library that crashes takes only the probe along: then TensorFlow is what cannot be used. */
  const engines = (): Promise<EngineInfo[]> => {
    probing ??= probe().catch((thrown: unknown): EngineInfo[] => {
      probing = null
      const problem = AppError.from(thrown).toData()
      return [
        { engine: 'tensorflow', available: false, version: null, location: null, problem },
        { engine: 'webgpu', available: false, version: null, location: null, problem },
        { engine: 'wasm', available: true, version: null, location: null, problem: null },
      ]
    })
    return probing
  }

  const info = async (): Promise<ComputerInfo> => {
    const found = await engines()
    const disk = await statfs(context.paths.root)
    const wished = context.engineOptions.engine
    const best = found.find(({ available, engine }) => available && (wished === 'auto' || engine === wished))
    return {
      appVersion,
      nodeVersion: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
      processor: cpus()[0]?.model.trim() ?? '',
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      freeMemoryBytes: availableMemory(),
      freeDiskBytes: disk.bavail * disk.bsize,
      gpus: gpuNames(),
      profileDir: context.paths.root,
      engines: found,
      engine: best?.engine ?? 'wasm',
    }
  }

  /** Looks anew when it is asked next: what can be used has changed. */
  const forget = (): void => {
    probing = null
  }

  return { info, forget }
}
