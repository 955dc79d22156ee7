import { existsSync, readFileSync } from 'node:fs'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../src-preload/contract/errors'
import type { InstallEvent } from '../../../src-preload/contract/events'
import {
  installableEngine,
  type EnginePackageInfo,
  type InstallableEngine,
} from '../../../src-preload/contract/records/computer'
import {
  downloadBytesOf,
  enginePackages,
  manifestName,
  type EngineManifest,
  type EnginePackage,
} from '../../plan/engine-packages'
import type { Job } from '../jobs/supervisor'
import type { Context } from './context'

/** What installing needs of the backend: the command line has no more than this. */
export type EngineContext = Pick<Context, 'jobs' | 'engineOptions' | 'emit'>
export type EngineService = ReturnType<typeof createEngines>

/** Ends the download and takes away what is half done. */
const cancelMs = 5000

/** Installing and removing engines in the app's own folder, one at a time, each in a job of its own. */
export function createEngines(
  context: EngineContext,
  packages: Readonly<Record<InstallableEngine, EnginePackage>> = enginePackages,
) {
  const { runtimeDir } = context.engineOptions
  let current: { engine: InstallableEngine; job: Job; ended: Promise<void> } | null = null
  let seq = Date.now()

  const tell = (event: DistributiveOmit<InstallEvent, 'topic' | 'seq'>): void => {
    context.emit({ topic: 'install', seq: ++seq, ...event })
  }

  const folderOf = (engine: InstallableEngine): string | null =>
    runtimeDir === undefined ? null : join(runtimeDir, packages[engine].folder)

  const list = async (): Promise<EnginePackageInfo[]> =>
    await Promise.all(
      installableEngine.options.map(async (engine) => {
        const wanted = packages[engine]
        return {
          engine,
          version: wanted.version,
          packages: wanted.wheels.map(({ requirement }) => requirement),
          files: wanted.wheels.map(({ fileName }) => fileName),
          licences: [...wanted.licences],
          downloadBytes: downloadBytesOf(wanted),
          diskBytes: wanted.diskBytes,
          supported: runtimeDir !== undefined && wanted.platform === `${process.platform}-${process.arch}`,
          installedBytes: await installedBytes(folderOf(engine)),
          installing: current?.engine === engine,
        }
      }),
    )

  /**
   * Settles when it is there.
   * @param files wheels that were brought; null: from the package index
   * @throws AppError as the job says (engine/runtime/install)
   */
  const install = (engine: InstallableEngine, files: readonly string[] | null): Promise<void> => {
    if (current !== null) throw new AppError('install.busy')
    if (runtimeDir === undefined) {
      throw new AppError('install.unsupported', { platform: `${process.platform}-${process.arch}` })
    }
    const task = { kind: 'install' as const, package: packages[engine], files, runtimeDir }
    const job = context.jobs.start(task, (event) => {
      if (event.kind !== 'installing') return
      const { stage, doneBytes, totalBytes } = event
      tell({ kind: 'progress', engine, stage, doneBytes, totalBytes })
    })
    const end = (error: AppError | null): void => {
      current = null
      tell({ kind: 'end', engine, error: error?.toData() ?? null })
      context.emit({ topic: 'changed', what: 'engines' })
    }
    const ended = job.ended.then(
      () => {
        end(null)
      },
      (thrown: unknown) => {
        const error = AppError.from(thrown)
        end(error)
        throw error
      },
    )
    current = { engine, job, ended }
    return ended
  }

  const cancel = async (): Promise<void> => {
    const installing = current
    installing?.job.stop(cancelMs)
    await installing?.ended.catch(() => undefined)
  }

  const remove = async (engine: InstallableEngine): Promise<void> => {
    if (current !== null) throw new AppError('install.busy')
    const folder = folderOf(engine)
    if (folder === null || !existsSync(folder)) return
    try {
      // Without its manifest it is never used, wherever the removal stops.
      await rm(join(folder, manifestName), { force: true })
      const going = `${folder}.removed-${process.pid}`
      await rename(folder, going)
      await rm(going, { recursive: true, force: true })
    } catch (error) {
      if (isRefused(error)) throw new AppError('install.readOnly', { folder }, error)
      throw AppError.from(error)
    } finally {
      context.emit({ topic: 'changed', what: 'engines' })
    }
  }

  return { packages: list, install, cancel, remove, close: cancel }
}

const isRefused = (error: unknown): boolean =>
  ['EACCES', 'EPERM', 'EROFS', 'EBUSY'].includes((error as NodeJS.ErrnoException).code ?? '')

async function installedBytes(folder: string | null): Promise<number | null> {
  if (folder === null || !existsSync(folder)) return null
  try {
    const manifest = JSON.parse(readFileSync(join(folder, manifestName), 'utf8')) as EngineManifest
    return manifest.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  } catch {
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    const sizes = files.map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size)
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never
