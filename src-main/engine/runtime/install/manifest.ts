import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, isAbsolute, join, relative } from 'node:path'
import { AppError } from '../../../../src-preload/contract/errors'
import { manifestName, type EngineManifest } from '../../../plan/engine-packages'
import { sha256Of } from '../../files'
import { hasLibrary } from '../tensorflow/c-api'

/**
 * Holds an installed folder against its manifest: every file is there and has its size; one whose time has changed since
 * is read and compared.
 * @throws `engine.damaged` {file, folder}: `file` is the manifest itself where the installation was never finished
 */
export async function checkInstalled(folder: string): Promise<EngineManifest> {
  const damaged = (file: string, cause?: unknown): AppError =>
    new AppError('engine.damaged', { file, folder: basename(folder) }, cause)
  let manifest: EngineManifest
  try {
    manifest = JSON.parse(await readFile(join(folder, manifestName), 'utf8')) as EngineManifest
  } catch (error) {
    throw damaged(manifestName, error)
  }
  for (const { path, sizeBytes, sha256, modifiedMs } of manifest.files) {
    const facts = await stat(join(folder, path)).catch(() => null)
    if (facts?.size !== sizeBytes) throw damaged(path)
    const touched = Math.floor(facts.mtimeMs) !== modifiedMs
    if (touched && (await sha256Of(join(folder, path))) !== sha256) throw damaged(path)
  }
  return manifest
}

/**
 * Whether `dir` holds libtensorflow. Below `runtimeDir` only with its manifest; any other place is its owner's business.
 * @throws `engine.damaged` where something of ours is there that must not be loaded
 */
export async function hasEngine(dir: string, runtimeDir: string | undefined): Promise<boolean> {
  const inside = runtimeDir === undefined ? '' : relative(runtimeDir, dir)
  const [name = ''] = inside.split(/[\\/]/)
  if (runtimeDir === undefined || name === '' || name === '..' || isAbsolute(inside)) return hasLibrary(dir)
  const folder = join(runtimeDir, name)
  if (!existsSync(folder)) return false
  await checkInstalled(folder)
  return true
}
