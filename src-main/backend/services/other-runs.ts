import type { RunEvent } from '../../../src-preload/contract/events'
import { evalsAfter, stepsAfter } from '../db/metrics'
import { revisionsOf } from '../db/revisions'
import { findRun, runsChangedSince } from '../db/runs'
import { rollbacksOf, samplesAfter, tiersOf } from '../db/samples'
import type { Context } from './context'

/** What windows have been told of a run, by whichever process trained it. */
interface Told {
  seq: number
  tiers: number
  rollbacks: number
}

export interface OtherRuns {
  /** To hear of every event that windows are told: nothing is read and sent twice. */
  note(event: RunEvent): void
  /** Tells windows what other processes have written since the last call. */
  tell(): void
}

/**
 * Runs that another process on this profile trains (a command line, a second backend): their rows are read from the
 * database and told by the same events as those of this backend's own.
 */
export function createOtherRuns({ db, self, emit }: Pick<Context, 'db' | 'self' | 'emit'>): OtherRuns {
  const told = new Map<string, Told>()
  let revision = revisionsOf(db).runs
  // Whoever opens a run fetches its past: only what comes from here on is to be told.
  for (const { runId, seq } of runsChangedSince(db, 0, self)) told.set(runId, { seq, tiers: 0, rollbacks: 0 })

  const toldOf = (runId: string): Told => {
    const known = told.get(runId) ?? { seq: 0, tiers: 0, rollbacks: 0 }
    told.set(runId, known)
    return known
  }

  /** Rows beyond `after`, in the order in which they were written. */
  const rowEvents = (runId: string, after: number): RunEvent[] => {
    const base = { topic: 'run', runId } as const
    const events: RunEvent[] = [
      ...stepsAfter(db, runId, after).map((row) => ({ ...base, seq: row.seq, kind: 'steps' as const, rows: [row] })),
      ...evalsAfter(db, runId, after).map((row) => ({ ...base, seq: row.seq, kind: 'eval' as const, row })),
      ...samplesAfter(db, runId, after).map((row) => ({ ...base, ...row, kind: 'sample' as const })),
    ]
    const joined: RunEvent[] = []
    for (const event of events.sort((one, other) => one.seq - other.seq)) {
      const last = joined.at(-1)
      if (event.kind === 'steps' && last?.kind === 'steps') {
        last.rows.push(...event.rows)
        last.seq = event.seq
      } else joined.push(event)
    }
    return joined
  }

  const eventsOf = (runId: string, seq: number, known: Told): RunEvent[] => {
    const base = { topic: 'run', runId, seq } as const
    const rollbacks = rollbacksOf(db, runId)
    const tiers = tiersOf(db, runId)
    const rollback = rollbacks.length > known.rollbacks ? rollbacks.at(-1) : undefined
    // Those of steps that were taken back may be fewer than before.
    const newTiers = tiers.slice(Math.min(known.tiers, Math.max(0, tiers.length - 1)))
    Object.assign(known, { rollbacks: rollbacks.length, tiers: tiers.length })
    const run = findRun(db, runId)
    return [
      ...rowEvents(runId, known.seq),
      ...newTiers.map((tier) => ({ ...base, kind: 'tier' as const, ...tier })),
      ...(rollback === undefined ? [] : [{ ...base, kind: 'rollback' as const, rollback }]),
      // Last, since it holds what the row says now: state, best loss, checkpoints.
      ...(run === null ? [] : [{ ...base, kind: 'state' as const, run }]),
    ]
  }

  const tell = (): void => {
    const changed = runsChangedSince(db, revision, self)
    revision = revisionsOf(db).runs
    for (const { runId, seq, isOwn } of changed) {
      const known = toldOf(runId)
      // What has no number (a delete, a checkpoint that was looked for) is fetched with the list.
      if (isOwn || seq <= known.seq) continue
      for (const event of eventsOf(runId, seq, known)) emit(event)
    }
  }

  const note = (event: RunEvent): void => {
    const known = toldOf(event.runId)
    known.seq = Math.max(known.seq, event.seq)
  }

  return { note, tell }
}
