import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, extname, isAbsolute, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../../src-preload/contract/errors'
import { corpusLimits } from '../../../src-preload/contract/limits'
import type { ImportSource } from '../jobs/protocol'

const maxEntries = 200_000

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
  if (found.isFile()) return [{ path, name }]
  // A pipe or a device never ends: whoever read it, were it only for its hash, would wait for ever.
  if (!found.isDirectory()) throw new AppError('corpus.unreadable', { name })
  const files = await textsUnder(path, name)
  return files.sort().map((file) => ({ path: file, name: basename(file) }))
}

/** Somebody may drop a whole disk: the walk ends at the limits, and follows no links. */
async function textsUnder(root: string, name: string): Promise<string[]> {
  const files: string[] = []
  const folders = [root]
  let entries = 0
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    // A folder that may not be read has no texts for us.
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile() && isText(entry.name)) files.push(path)
      if (++entries > maxEntries || files.length > corpusLimits.maxFiles)
        throw new AppError('corpus.tooLarge', { name })
    }
  }
  return files
}

/** Bytes of all of them; 0 for one that cannot be looked at. */
export async function sizeOf(sources: readonly ImportSource[]): Promise<number> {
  let bytes = 0
  for (const { path } of sources) bytes += (await stat(path).catch(() => ({ size: 0 }))).size
  return bytes
}

/** sha256 (hex) of a file's bytes; of several files over theirs, whatever their names and their order. */
export async function contentHash(sources: readonly ImportSource[], signal?: AbortSignal): Promise<string> {
  const hashes: string[] = []
  for (const { path } of sources) {
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash, { signal })
    hashes.push(hash.digest('hex'))
  }
  const [only] = hashes
  if (hashes.length === 1 && only !== undefined) return only
  return createHash('sha256').update(hashes.sort().join()).digest('hex')
}
