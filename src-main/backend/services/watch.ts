import type { Context } from './context'

const pollMs = 2000

/**
 * A command line may train or delete in the same profile. SQLite counts the commits of other connections (data_version),
 * which costs nothing to read: when it moved, every list is fetched again.
 */
export function watchOtherProcesses({ db, emit }: Context): () => void {
  const version = (): unknown => db.raw.pragma('data_version', { simple: true })
  let last = version()
  const timer = setInterval(() => {
    const now = version()
    if (now === last) return
    last = now
    for (const what of ['runs', 'corpora', 'conversations', 'settings'] as const) emit({ topic: 'changed', what })
  }, pollMs)
  return () => {
    clearInterval(timer)
  }
}
