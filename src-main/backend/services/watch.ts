import { AppError } from '../../../src-preload/contract/errors'
import { revisionsOf } from '../db/revisions'
import type { Context } from './context'
import type { OtherRuns } from './other-runs'
import { recoverLost } from './recovery'
import type { RunRecorder } from './run-recorder'

const pollMs = 1000

/**
 * A command line may train or delete in the same profile. SQLite counts the commits of other connections (data_version),
 * which costs nothing to read: when it moved, what others trained is told, and the lists that changed are fetched again.
 * One that dies commits nothing: what it left is looked for each time.
 */
export function watchOtherProcesses(context: Context, recorder: RunRecorder, otherRuns: OtherRuns): () => void {
  const { db, emit } = context
  const commits = (): unknown => db.raw.pragma('data_version', { simple: true })
  let last = commits()
  let revisions = revisionsOf(db)

  const look = (): void => {
    recoverLost(context, recorder)
    const now = commits()
    if (now === last) return
    last = now
    otherRuns.tell()
    const before = revisions
    revisions = revisionsOf(db)
    for (const what of ['runs', 'corpora', 'conversations', 'settings'] as const) {
      if (revisions[what] !== before[what]) emit({ topic: 'changed', what })
    }
  }
  const timer = setInterval(() => {
    try {
      look()
    } catch (error) {
      context.log(AppError.from(error))
    }
  }, pollMs)
  return () => {
    clearInterval(timer)
  }
}
