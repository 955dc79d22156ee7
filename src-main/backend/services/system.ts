import { readFileSync, readdirSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { AppError, type ErrorData } from '../../../src-preload/contract/errors'
import {
  engineId,
  engineWish,
  type ComputerInfo,
  type EngineInfo,
} from '../../../src-preload/contract/records/computer'
import { ownedRuns } from '../db/runs'
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

interface SystemOptions {
  readonly appVersion: string
  readonly profileWritable: boolean
  readonly askedOfEngines?: { readonly engine: string | null; readonly tensorflowDir: string | null }
}

export function createSystem(context: Context, { appVersion, profileWritable, askedOfEngines: asked }: SystemOptions) {
  const { probes } = context

  const warningsFor = (engines: readonly EngineInfo[]): ErrorData[] => {
    const warnings: ErrorData[] = []
    const { engine: name = null, tensorflowDir: folder = null } = asked ?? {}
    if (name !== null && !engineWish.safeParse(name).success) {
      warnings.push({ code: 'engine.unknownName', params: { name, names: engineId.options.join(', ') } })
    }
    const found = engines.find(({ engine }) => engine === 'tensorflow')?.location ?? null
    if (folder !== null && found !== folder) {
      warnings.push({ code: 'engine.ownNotUsed', params: { folder } })
    }
    return warnings
  }

  const info = async (): Promise<ComputerInfo> => {
    const engines = await probes.look()
    const { order, reason } = await probes.choice()
    const disk = await statfs(context.paths.root)
    return {
      appVersion,
      profileWritable,
      nodeVersion: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
      processor: cpus()[0]?.model.trim() ?? '',
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      freeMemoryBytes: context.freeMemory(),
      freeDiskBytes: disk.bavail * disk.bsize,
      gpus: gpuNames(),
      profileDir: context.paths.root,
      engines,
      engineWish: probes.wish(),
      engineWishFixed: context.engineOptions.engine !== 'auto',
      engine: order[0] ?? 'wasm',
      engineReason: reason,
      warnings: warningsFor(engines),
    }
  }

  const profile = () => ({ folder: context.paths.root, writable: profileWritable })

  /** Something trains, here or in another process on this profile. */
  const isComputing = (): boolean => ownedRuns(context.db, ['running']).length > 0

  /** @throws AppError `engine.computing` while something trains: the figures would be wrong, and both would be slow */
  const measure = async (): Promise<ComputerInfo> => {
    if (isComputing()) throw new AppError('engine.computing')
    await probes.measure()
    return info()
  }

  return { info, profile, lookFor: probes.lookFor, isComputing, measure }
}
