import { AppError } from '../../../src-preload/contract/errors'
import type { Context } from './context'
import { recoverLost } from './recovery'
import type { RunRecorder } from './run-recorder'

const pollMs = 2000

/**
 * A command line may train or delete in the same profile. SQLite counts the commits of other connections (data_version),
 * which costs nothing to read: when it moved, every list is fetched again. One that dies commits nothing: what it left is
 * looked for each time.
 */
export function watchOtherProcesses(context: Context, recorder: RunRecorder): () => void {
  const { db, emit } = context
  const version = (): unknown => db.raw.pragma('data_version', { simple: true })
  let last = version()
  const timer = setInterval(() => {
    try {
      recoverLost(context, recorder)
    } catch (error) {
      context.log(AppError.from(error))
    }
    const now = version()
    if (now === last) return
    last = now
    for (const what of ['runs', 'corpora', 'conversations', 'settings'] as const) emit({ topic: 'changed', what })
  }, pollMs)
  return () => {
    clearInterval(timer)
  }
}
