import { AppError } from '../../src-preload/contract/errors'
import { serveParent } from './rpc/parent'
import type { Backend } from './backend'
import { startBackend } from './start'

/**
 * The backend as a child of the shell. It lives as long as its channel: when the shell goes, however it goes, the training
 * is saved and every job ends. A database that cannot be opened is told to each request, so that the window can say it.
 */
function start(): void {
  let backend: Backend | null = null
  let ending = false
  const end = (): void => {
    if (ending) return
    ending = true
    const closed = backend?.close() ?? Promise.resolve()
    closed.then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('disconnect', end)
  process.on('SIGTERM', end)
  // Ctrl-C reaches the whole group: the shell decides, and tells by closing the channel.
  process.on('SIGINT', () => undefined)
  try {
    backend = startBackend({ programDir: import.meta.dirname }, process.env)
    serveParent(backend, process)
  } catch (thrown) {
    const error = AppError.from(thrown).toData()
    const dispatch = () => Promise.resolve({ ok: false as const, error })
    serveParent({ dispatch, subscribe: () => () => undefined }, process)
  }
}

start()
