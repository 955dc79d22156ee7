import { appendFileSync, renameSync, statSync } from 'node:fs'

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
