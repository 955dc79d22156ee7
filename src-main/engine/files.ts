import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../src-preload/contract/errors'

/** Every temporary name ends in this, so that what a crash left behind can be told from what is finished. */
export const temporarySuffix = '.tmp'

let temporaries = 0
/** A name beside `path` that no other writer uses. */
export function temporaryFor(path: string): string {
  temporaries += 1
  return `${path}.${process.pid}-${temporaries}${temporarySuffix}`
}

/** Makes a rename in `dir` survive a power cut. Windows has no handle for a folder and needs none (NTFS journals it). */
export async function syncDir(dir: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Renames, waiting up to 10 s where a virus scanner or an indexer holds the file (Windows only does that). */
export async function renameSurely(from: string, to: string): Promise<void> {
  for (let waitMs = 50; ; waitMs *= 2) {
    try {
      await rename(from, to)
      return
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      const busy = process.platform === 'win32' && (code === 'EBUSY' || code === 'EPERM' || code === 'EACCES')
      if (!busy || waitMs > 5000) throw error
      await sleep(waitMs)
    }
  }
}

export interface AtomicFile {
  readonly handle: FileHandle
  /** Bytes written so far. */
  readonly size: number
  /** Appends all of `bytes`. */
  write(bytes: Uint8Array): Promise<void>
  /** Takes back what was written after the first `size` bytes. */
  truncate(size: number): Promise<void>
  /** fsync, rename, fsync of the folder: after this the file is there, whole, whatever happens. */
  commit(): Promise<void>
  /** Removes what was written; does nothing after `commit`. Meant for `finally`. */
  discard(): Promise<void>
}

/** Opens a file that appears under `path` only when it is complete. Throws `disk.full` where there is no room. */
export async function createAtomicFile(path: string): Promise<AtomicFile> {
  const temporary = temporaryFor(path)
  const handle = await open(temporary, 'wx+')
  let open_ = true
  const close = async (): Promise<void> => {
    if (!open_) return
    open_ = false
    await handle.close()
  }
  let committed = false
  let size = 0
  return {
    handle,
    get size() {
      return size
    },
    async write(bytes) {
      await writeAll(handle, bytes, size)
      size += bytes.byteLength
    },
    async truncate(to) {
      await handle.truncate(to)
      size = to
    },
    async commit() {
      try {
        await handle.sync()
        await close()
        await renameSurely(temporary, path)
        committed = true
        await syncDir(dirname(path))
      } catch (error) {
        throw AppError.from(error)
      }
    },
    async discard() {
      if (committed) return
      await close()
      await rm(temporary, { force: true })
    },
  }
}

/** Writes all bytes at `position`: one `write` may take only a part of them (2 GiB at most). Throws `disk.full`. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  const piece = 64 * 1024 * 1024
  try {
    for (let done = 0; done < bytes.byteLength;) {
      const { bytesWritten } = await handle.write(
        bytes,
        done,
        Math.min(piece, bytes.byteLength - done),
        position + done,
      )
      done += bytesWritten
    }
  } catch (error) {
    throw AppError.from(error)
  }
}

/** Replaces or creates a file in one step. */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const file = await createAtomicFile(path)
  try {
    await file.write(typeof content === 'string' ? Buffer.from(content) : content)
    await file.commit()
  } finally {
    await file.discard()
  }
}

/** sha256 of a file, as hex. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
