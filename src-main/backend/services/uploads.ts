import { createWriteStream, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../../src-preload/contract/errors'
import { corpusLimits } from '../../../src-preload/contract/limits'
import type { ImportSource } from '../jobs/protocol'
import type { Context } from './context'
import { newId } from './ids'

export type UploadService = ReturnType<typeof createUploads>

/** Old enough that nobody is still sending it. */
const staleMs = 3_600_000

/** Files that a browser sent, until an import has read them. Their names are data, never a path. */
export function createUploads(context: Context) {
  const folder = context.paths.uploads
  const fileOf = (uploadId: string) => join(folder, uploadId)

  /**
   * @param body left open where it fails, so that its sender can be told why
   * @throws AppError `corpus.tooLarge`, `disk.full`; what was written of it is removed
   */
  const receive = async (body: Readable, name: string): Promise<{ uploadId: string }> => {
    const uploadId = newId('up')
    const file = fileOf(uploadId)
    await mkdir(folder, { recursive: true })
    let received = 0
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
      writeFileSync(`${file}.name`, basename(name).slice(0, 255) || 'upload.txt', { mode: 0o600 })
    } catch (error) {
      await rm(file, { force: true })
      throw AppError.from(error)
    }
    return { uploadId }
  }

  const sourceOf = (uploadId: string): ImportSource => {
    const path = fileOf(uploadId)
    if (!existsSync(path) || !existsSync(`${path}.name`)) throw new AppError('upload.notFound', { uploadId })
    return { path, name: readFileSync(`${path}.name`, 'utf8') }
  }

  const remove = async (uploadId: string): Promise<void> => {
    await rm(fileOf(uploadId), { force: true })
    await rm(`${fileOf(uploadId)}.name`, { force: true })
  }

  const sweep = async (): Promise<void> => {
    if (!existsSync(folder)) return
    for (const name of await readdir(folder)) {
      const file = join(folder, name)
      // Vanished meanwhile: another process swept it, or an import has read it.
      const facts = await stat(file).catch(() => null)
      if (facts !== null && context.now() - facts.mtimeMs > staleMs) await rm(file, { force: true, recursive: true })
    }
  }

  return { receive, sourceOf, remove, sweep }
}
