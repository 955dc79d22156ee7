import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, isAbsolute, join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError, type ErrorCode } from '../../../src-preload/contract/errors'
import { corpusLimits, nameMaxLength } from '../../../src-preload/contract/limits'
import { isSystemFile } from '../../../src-preload/contract/system-files'
import type { ImportSource } from '../jobs/protocol'

const maxEntries = 200_000

/**
 * What a dropped path means: a file is itself, whatever it is (its reader says why not); of a folder everything in it,
 * in the order of the names, with the reason where something is left out unread.
 *
 * @throws AppError `access.denied` (not absolute), `corpus.unreadable` {name}, `corpus.notFile`, `corpus.tooLarge`
 */
export async function filesUnder(path: string): Promise<ImportSource[]> {
  if (!isAbsolute(path) || path.includes('\0')) throw new AppError('access.denied')
  const name = basename(path)
  const found = await stat(path).catch((error: unknown) => {
    throw new AppError('corpus.unreadable', { name }, error)
  })
  if (found.isFile()) return [{ path, name }]
  // A pipe or a device never ends: whoever read it, were it only for its hash, would wait for ever.
  if (!found.isDirectory()) throw new AppError('corpus.notFile', { file: name })
  return await entriesUnder(path, name)
}

/** Somebody may drop a whole disk: the walk ends at the limits, and follows no links. */
async function entriesUnder(root: string, name: string): Promise<ImportSource[]> {
  const found: ImportSource[] = []
  const folders = [root]
  let entries = 0
  const add = (path: string, code?: ErrorCode): void => {
    const file = relative(root, path).split(sep).join('/') || name
    found.push({ path, name: file, ...(code && { problem: { code, params: { file, name: file } } }) })
  }
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const inside = await readdir(folder, { withFileTypes: true }).catch(() => null)
    if (inside === null) add(folder, 'corpus.unreadable')
    for (const entry of inside ?? []) {
      const path = join(folder, entry.name)
      if (isSystemFile(entry.name)) add(path, 'corpus.hidden')
      else if (entry.isSymbolicLink()) add(path, 'corpus.link')
      else if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile()) add(path)
      else add(path, 'corpus.notFile')
      if (++entries > maxEntries || found.length > corpusLimits.maxFiles)
        throw new AppError('corpus.tooLarge', { name })
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** What a text is called that nobody named: as the one folder or the one file that it came from, or as its files. */
export function nameOf(paths: readonly string[], files: readonly ImportSource[]): string {
  const readable = files.filter(({ problem }) => problem === undefined)
  const names = (readable.length > 0 ? readable : files).map(({ name }) => name)
  const [path] = paths
  if (path !== undefined && paths.length === 1 && files[0]?.path !== path) return short(basename(path) || path)
  // Sent by a browser: a folder is only known by the names of what lies in it.
  const [top = ''] = names[0]?.split('/') ?? []
  if (names.every((name) => name.startsWith(`${top}/`))) return short(top)
  return short(names.join(', '))
}

const short = (name: string): string => (name.length > nameMaxLength ? `${name.slice(0, nameMaxLength - 1)}…` : name)

/** Bytes of all that are read; 0 for one that cannot be looked at. */
export async function sizeOf(sources: readonly ImportSource[]): Promise<number> {
  let bytes = 0
  for (const { path } of readOf(sources)) bytes += (await stat(path).catch(() => ({ size: 0 }))).size
  return bytes
}

/**
 * sha256 (hex) of a file's bytes; of several files over theirs, whatever their names and their order. What cannot be read
 * does not count. @throws where nothing can be read
 */
export async function contentHash(sources: readonly ImportSource[], signal?: AbortSignal): Promise<string> {
  const hashes: string[] = []
  for (const { path } of readOf(sources)) {
    const hash = createHash('sha256')
    const read = await pipeline(createReadStream(path), hash, { signal }).then(
      () => true,
      () => false,
    )
    signal?.throwIfAborted()
    if (read) hashes.push(hash.digest('hex'))
  }
  const [only] = hashes
  if (only === undefined) throw new AppError('corpus.noText')
  if (hashes.length === 1) return only
  return createHash('sha256').update(hashes.sort().join()).digest('hex')
}

const readOf = (sources: readonly ImportSource[]): ImportSource[] =>
  sources.filter(({ problem }) => problem === undefined)
