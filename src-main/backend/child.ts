import type { ClosingMessage, EndMessage } from '../../src-preload/contract/wire'
import { keepBackend } from './keep-backend'
import { serveParent } from './rpc/parent'

const tellMs = 1000

/**
 * The backend as a child of the shell. It lives as long as its channel: when the shell goes, however it goes, the training
 * is saved and every job ends. Why it can't start is the answer to each request, so that the window can say it.
 */
function start(): void {
  const backend = keepBackend({ programDir: import.meta.dirname }, process.env)
  let ending = false
  const tell = (): void => {
    const message: ClosingMessage = { closing: backend.closing() }
    if (process.connected) process.send?.(message, () => undefined)
  }
  const end = (): void => {
    if (ending) return
    ending = true
    setInterval(tell, tellMs).unref()
    backend.close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('message', (message: Partial<EndMessage>) => {
    if (message.end === undefined) return
    end()
    if (message.end === 'now') backend.giveUp()
  })
  process.on('disconnect', end)
  process.on('SIGTERM', end)
  // Ctrl-C reaches the whole group: the shell decides, and tells over the channel.
  process.on('SIGINT', () => undefined)
  // The shell reads it; a shell that was killed must not take the saving of a training along.
  process.stderr.on('error', () => undefined)
  serveParent(backend, process)
}

start()
