import type { Readable, Writable } from 'node:stream'

/** In how many looks a silence is counted. */
const looks = 12

/**
 * Watches the pipe on which a job shows that it lives. Looks are counted, not time: while the computer sleeps, or this
 * process is held up itself, nobody looks, and what the job sent meanwhile is read before the next look.
 *
 * @param onSilence called once, when nothing came for `silenceMs`
 * @returns ends it
 */
export function watchLife(
  pipe: Readable | Writable | null | undefined,
  silenceMs: number,
  onSilence: () => void,
): () => void {
  let silent = 0
  pipe?.on('data', () => {
    silent = 0
  })
  // Broken with the process: its end is reported anyway.
  pipe?.on('error', () => undefined)
  const timer = setInterval(() => {
    if (++silent < looks) return
    clearInterval(timer)
    onSilence()
  }, silenceMs / looks)
  return () => {
    clearInterval(timer)
  }
}
