import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, extname, isAbsolute, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../../src-preload/contract/errors'
import { corpusLimits } from '../../../src-preload/contract/limits'
import type { ImportSource } from '../jobs/protocol'

const isText = (name: string): boolean =>
  (corpusLimits.extensions as readonly string[]).includes(extname(name).slice(1).toLowerCase())

/**
 * What a dropped path means: a file is itself, whatever its kind (its reader says why not); of a folder the texts in it,
 * in the order of their names.
 *
 * @throws AppError `access.denied` (not absolute), `corpus.unreadable` {name}, `corpus.tooLarge`
 */
export async function filesUnder(path: string): Promise<ImportSource[]> {
  if (!isAbsolute(path) || path.includes('\0')) throw new AppError('access.denied')
  const name = basename(path)
  const found = await stat(path).catch((error: unknown) => {
    throw new AppError('corpus.unreadable', { name }, error)
  })
  if (!found.isDirectory()) return [{ path, name }]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && isText(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  if (files.length > corpusLimits.maxFiles) throw new AppError('corpus.tooLarge', { name })
  return files.map((file) => ({ path: file, name: basename(file) }))
}

/** sha256 of a file's bytes, as hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
