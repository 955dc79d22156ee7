import type { ErrorCode } from './errors'
import type { RunRecord } from './records/runs'
import { isActive } from './run-state'

/** How a training ended that no person has ended: what is worth telling whoever waits for it. */
export const runEnds = ['done', 'outOfMemory', 'diverged', 'diskFull', 'failed', 'interrupted'] as const
export type RunEnd = (typeof runEnds)[number]

const troubles: Readonly<Partial<Record<ErrorCode, RunEnd>>> = {
  'memory.exhausted': 'outOfMemory',
  'training.diverged': 'diverged',
  'disk.full': 'diskFull',
}

/** null: it goes on, or a person has paused or stopped it. */
export function endOf({ state, error }: Pick<RunRecord, 'state' | 'error'>): RunEnd | null {
  if (state === 'done' || state === 'interrupted') return state
  if (state !== 'failed') return null
  return (error && troubles[error.code]) ?? 'failed'
}

/** @returns a function that takes a run's record whenever it changed, and tells an end once: of what was seen training. */
export function followEnds(): (run: Pick<RunRecord, 'runId' | 'state' | 'error'>) => RunEnd | null {
  const active = new Set<string>()
  return (run) => {
    if (!isActive(run)) return active.delete(run.runId) ? endOf(run) : null
    active.add(run.runId)
    return null
  }
}
