import { appendFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { AppError } from '../../src-preload/contract/errors'

/** Enough for thousands of failures with their stacks. */
const logLimitBytes = 5e6

/**
 * Appends an entry. A log that would grow past its limit becomes `FILE.1`, in place of the older one: the two are never
 * larger than twice the limit. Throws what the disk says.
 */
export function appendToLog(file: string, entry: string, limitBytes = logLimitBytes): void {
  const bytes = Buffer.from(`${entry}\n`)
  const sizeBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (sizeBytes > 0 && sizeBytes + bytes.length > limitBytes) renameSync(file, `${file}.1`)
  // What a job has printed has no end of its own; how it begins says most.
  appendFileSync(file, bytes.subarray(0, limitBytes), { mode: 0o600 })
}

/**
 * Writes an error down with its stack and what its process printed.
 *
 * @returns the file; null where it can't be written, so that nobody is sent to an empty log
 */
export function logError(folder: string, error: AppError, output = ''): string | null {
  const stack = error.cause instanceof Error ? (error.cause.stack ?? '') : ''
  const lines = [`${new Date().toISOString()} ${error.message}`, stack, output].filter((line) => line !== '')
  const file = join(folder, 'backend.log')
  try {
    appendToLog(file, lines.join('\n'))
    return file
  } catch {
    return null
  }
}
