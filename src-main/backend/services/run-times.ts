import type { EngineInfo } from '../../../src-preload/contract/records'
import { evalCurve, stepCurve } from '../db/metrics'
import type { Db } from '../db/connection'
import { timedRuns, type TimedRow } from '../db/timed-runs'
import { tiersOf } from '../db/samples'
import { asTried, evaluationBatches, shapeOf, type Evidence, type StepTimes } from '../../plan/time'

/** Enough to tell what is usual. */
const points = 200
/** A start that took longer did something else as well: it waited for memory, or the computer slept. */
const longestStartMs = 60_000

const medianOf = (values: readonly number[]): number | null => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted.length < 3 ? null : (sorted[sorted.length >> 1] ?? null)
}

/** What a run that is over took; null where it was too short to tell, or interrupted by what belongs to no plan. */
function timesOf(db: Db, row: TimedRow): StepTimes | null {
  const { runId, config, trainTokens } = row
  const steps = stepCurve(db, runId, points)
  const tokensPerStep = config.batchSize * config.blockSize
  const settledStep = tiersOf(db, runId).at(-1)?.step ?? 1
  const stepMs = (some: typeof steps): number | null =>
    medianOf(
      some.flatMap(({ tokensPerSecond }) => (tokensPerSecond > 0 ? [(1000 * tokensPerStep) / tokensPerSecond] : [])),
    )
  const settled = steps.filter(({ step }) => step > settledStep)
  const settledMs = stepMs(settled)
  if (settledMs === null) return null
  const [first] = steps.filter(({ step }) => step >= settledStep)
  const evals = evalCurve(db, runId, points).filter(({ step }) => step > settledStep)
  const between = evals.slice(1).map((now, i) => {
    const before = evals[i] ?? now
    return now.elapsedMs - before.elapsedMs - (now.step - before.step) * settledMs
  })
  const evaluatedMs = medianOf(between)
  if (evaluatedMs === null) return null
  return {
    startMs: Math.min(longestStartMs, Math.max(0, row.endedAt - row.startedAt - row.trainedMs)),
    firstStepMs: stepMs(steps.filter(({ step }) => step > 1 && step < settledStep)) ?? settledMs,
    settled: settledStep > 1 && first ? { afterMs: first.elapsedMs, steps: first.step } : { afterMs: 0, steps: 0 },
    stepMs: settledMs,
    // Samples and saving are in it.
    evaluationMs: Math.max(0, evaluatedMs) / evaluationBatches(config, trainTokens / 9),
    sampleMs: 0,
  }
}

/** The newest runs that an engine computed here: the best evidence there is. */
export function runEvidence(db: Db, { engine, version }: EngineInfo, triesBfloat16: boolean): Evidence[] {
  return timedRuns(db, engine, version ?? '').flatMap((row): Evidence[] => {
    const times = timesOf(db, row)
    if (times === null) return []
    return [
      {
        shape: shapeOf(asTried(row.config, triesBfloat16), row.vocabSize),
        times,
        source: 'run',
        measuredAt: row.endedAt,
      },
    ]
  })
}
