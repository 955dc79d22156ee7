import { createWriteStream, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../../src-preload/contract/errors'
import { corpusLimits } from '../../../src-preload/contract/limits'
import type { ImportSource } from '../jobs/protocol'
import type { Context } from './context'
import { newId } from './ids'

export type UploadService = ReturnType<typeof createUploads>

/** Nothing was sent for this long: whoever sent what lies here has gone. */
const staleMs = 3_600_000

/** What to call a browser's file: the path inside the folder that was dropped. It is shown, and never opened. */
export function labelOf(name: string): string {
  const parts = name.split(/[\\/]/).filter((part) => part !== '' && part !== '.' && part !== '..')
  return parts.join('/').slice(-255) || 'upload.txt'
}

/** Files that a browser sent, until an import has read them. Their names are data, never a path. */
export function createUploads(context: Context) {
  const folder = context.paths.uploads
  const fileOf = (uploadId: string) => join(folder, uploadId)
  /** Being received, or read by an import. */
  const inUse = new Set<string>()

  /**
   * @param body left open where it fails, so that its sender can be told why
   * @throws AppError `corpus.tooLarge`, `disk.full`; what was written of it is removed
   */
  const receive = async (body: Readable, name: string): Promise<{ uploadId: string }> => {
    const uploadId = newId('up')
    const file = fileOf(uploadId)
    await mkdir(folder, { recursive: true })
    let received = 0
    inUse.add(uploadId)
    try {
      await pipeline(
        body.iterator({ destroyOnReturn: false }),
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            received += chunk.length
            if (received > corpusLimits.maxFileBytes) throw new AppError('corpus.tooLarge', { name })
            yield chunk
          }
        },
        createWriteStream(file, { flags: 'wx', mode: 0o600 }),
      )
      writeFileSync(`${file}.name`, labelOf(name), { mode: 0o600 })
    } catch (error) {
      await rm(file, { force: true })
      throw AppError.from(error)
    } finally {
      inUse.delete(uploadId)
    }
    return { uploadId }
  }

  const sourceOf = (uploadId: string): ImportSource => {
    const path = fileOf(uploadId)
    if (!existsSync(path) || !existsSync(`${path}.name`)) throw new AppError('upload.notFound', { uploadId })
    return { path, name: readFileSync(`${path}.name`, 'utf8') }
  }

  /** Until `remove`. */
  const hold = (uploadId: string): void => {
    inUse.add(uploadId)
  }

  const remove = async (uploadId: string): Promise<void> => {
    inUse.delete(uploadId)
    await rm(fileOf(uploadId), { force: true })
    await rm(`${fileOf(uploadId)}.name`, { force: true })
  }

  /**
   * Of a large folder the first file lies here for hours before the last one has arrived, and longer while it is read:
   * nothing goes while anything is new. What is in use is made new, so that another process on this profile sees it.
   */
  const sweep = async (): Promise<void> => {
    if (!existsSync(folder)) return
    const now = context.now()
    for (const uploadId of inUse) await utimes(fileOf(uploadId), now / 1000, now / 1000).catch(() => undefined)
    const files = (await readdir(folder)).map((name) => join(folder, name))
    // Vanished meanwhile: another process swept it, or an import has read it.
    const times = await Promise.all(files.map(async (file) => (await stat(file).catch(() => null))?.mtimeMs ?? 0))
    if (times.some((time) => now - time <= staleMs)) return
    for (const file of files) await rm(file, { force: true, recursive: true })
  }

  return { receive, sourceOf, hold, remove, sweep }
}
