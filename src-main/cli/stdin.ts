import { createWriteStream, fstatSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { text as readAll } from 'node:stream/consumers'
import { AppError } from '../../src-preload/contract/errors'
import { corpusLimits } from '../../src-preload/contract/limits'
import { texts } from './text'
import { UsageError } from './usage-error'

/** What a person pipes in as a prompt; the line end that `echo` adds is no part of it. */
export async function promptFromStdin(): Promise<string> {
  if (process.stdin.isTTY) throw new UsageError('arguments.missing', texts.missing('PROMPT', 'generate'))
  return (await readAll(process.stdin)).replace(/\r?\n$/, '')
}

/**
 * Standard input as a file in the profile's folder for what comes in, so that it is read as any other.
 *
 * @returns the file, and what removes it
 */
export async function fileFromStdin(uploadsDir: string): Promise<{ path: string; remove: () => Promise<void> }> {
  if (isEndless()) throw new UsageError('arguments.invalid', texts.endlessInput)
  await mkdir(uploadsDir, { recursive: true })
  const folder = await mkdtemp(join(uploadsDir, 'stdin-'))
  const path = join(folder, `${texts.standardInput}.txt`)
  const remove = () => rm(folder, { recursive: true, force: true })
  let received = 0
  try {
    await pipeline(
      process.stdin,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          received += chunk.length
          if (received > corpusLimits.maxFileBytes) throw new AppError('corpus.tooLarge', { name: texts.standardInput })
          yield chunk
        }
      },
      createWriteStream(path, { flags: 'wx', mode: 0o600 }),
    )
  } catch (error) {
    await remove()
    throw AppError.from(error)
  }
  return { path, remove }
}

/** A device that is no terminal, as /dev/zero, never ends; /dev/null does, and is empty. */
function isEndless(): boolean {
  const { rdev } = fstatSync(0)
  const isNull = rdev !== 0 && rdev === deviceOfNull()
  return fstatSync(0).isCharacterDevice() && !process.stdin.isTTY && !isNull
}

function deviceOfNull(): number {
  return statSync('/dev/null', { throwIfNoEntry: false })?.rdev ?? -1
}
