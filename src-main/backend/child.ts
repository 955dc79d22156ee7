import { keepBackend } from './keep-backend'
import { serveParent } from './rpc/parent'

/**
 * The backend as a child of the shell. It lives as long as its channel: when the shell goes, however it goes, the training
 * is saved and every job ends. Why it can't start is the answer to each request, so that the window can say it.
 */
function start(): void {
  const backend = keepBackend({ programDir: import.meta.dirname }, process.env)
  let ending = false
  const end = (): void => {
    if (ending) return
    ending = true
    backend.close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('disconnect', end)
  process.on('SIGTERM', end)
  // Ctrl-C reaches the whole group: the shell decides, and tells by closing the channel.
  process.on('SIGINT', () => undefined)
  // The shell reads it; a shell that was killed must not take the saving of a training along.
  process.stderr.on('error', () => undefined)
  serveParent(backend, process)
}

start()
