import type { CorpusStage } from '../../../src-preload/contract/events'
import type { Emit } from './emit'

const intervalMs = 100

/** Progress at most ten times a second; the first of a stage and its last (1) always. */
export function progressTo(emit: Emit): (stage: CorpusStage, progress: number, file: string | null) => void {
  let stageBefore: CorpusStage | null = null
  let sentAt = 0
  return (stage, progress, file) => {
    const now = performance.now()
    if (stage === stageBefore && progress < 1 && now - sentAt < intervalMs) return
    stageBefore = stage
    sentAt = now
    void emit({ kind: 'progress', stage, progress: Math.min(1, progress), file })
  }
}
