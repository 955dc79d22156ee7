import type { RunEvent } from '../../src-preload/contract/events'
import type { RunDetail, RunRecord } from '../../src-preload/contract/records/runs'
import { withState } from '../../src-preload/contract/resume'

/** A clock's readings differ by the way of their news; more than that, and it was held up. */
const sameClockMs = 2000

/** The clock of a run that has come to `elapsedMs`: it runs on as it did, unless it stood still (the computer slept). */
function clockAt({ trainedMs, trainedAt }: RunRecord, elapsedMs: number): Pick<RunRecord, 'trainedMs' | 'trainedAt'> {
  if (trainedAt === null) return { trainedMs: elapsedMs, trainedAt }
  const now = Date.now()
  const at = trainedAt + elapsedMs - trainedMs
  return { trainedMs: elapsedMs, trainedAt: Math.abs(now - at) < sameClockMs ? at : now }
}

function change(run: RunRecord, event: RunEvent): RunRecord {
  switch (event.kind) {
    case 'state':
      return event.run
    case 'steps': {
      const row = event.rows.at(-1)
      if (row === undefined) return run
      const { step, tokensPerSecond, lossNats, elapsedMs } = row
      return { ...run, step, tokensPerSecond, trainLossNats: lossNats, ...clockAt(run, elapsedMs) }
    }
    case 'eval': {
      const { valLossNats, elapsedMs } = event.row
      return {
        ...run,
        bestValLossNats: Math.min(valLossNats, run.bestValLossNats ?? Infinity),
        ...clockAt(run, elapsedMs),
      }
    }
    case 'checkpoint':
      return { ...run, checkpoints: withState(run.checkpoints, event.checkpoint) }
    case 'rollback':
      return { ...run, step: event.rollback.toStep }
    case 'stage':
    case 'sample':
    case 'tier':
      return run
  }
}

/**
 * A run's record after an event: the only place that knows, so that every list and the run's page say the same. The
 * record's `seq` says which events it holds already; those change nothing.
 */
export function afterEvent(run: RunRecord, event: RunEvent): RunRecord {
  // The state of a run that another process trains comes with the number of its last row.
  if (event.seq < run.seq || (event.seq === run.seq && event.kind !== 'state')) return run
  const changed = change(run, event)
  return changed === run ? run : { ...changed, seq: event.seq }
}

/** Of two records of a run the one that holds more of its events; a fetched one may be late. */
export const newerOf = (known: RunRecord | undefined, fetched: RunRecord): RunRecord =>
  known !== undefined && known.seq > fetched.seq ? known : fetched

/** As `afterEvent`, with what only the run's page shows. */
export function detailAfterEvent(detail: RunDetail, event: RunEvent): RunDetail {
  const run = afterEvent(detail.run, event)
  switch (event.kind) {
    case 'sample':
      return { ...detail, samples: [...detail.samples.filter(({ step }) => step < event.sample.step), event.sample] }
    case 'tier': {
      const { step, tier, precision, timings } = event
      const before = detail.tiers.filter((other) => other.step < step)
      return { ...detail, tiers: [...before, { step, tier, precision, timings }] }
    }
    case 'state':
    case 'stage':
    case 'steps':
    case 'eval':
    case 'checkpoint':
    case 'rollback':
      return run === detail.run ? detail : { ...detail, run }
  }
}
