import type { EngineInfo } from '../../../src-preload/contract/records/computer'
import { evalCurve, stepCurve } from '../db/metrics'
import type { Db } from '../db/connection'
import { timedRuns, type TimedRow } from '../db/timed-runs'
import { tiersOf } from '../db/samples'
import { aroundMs, evaluationBatches, saveMs, shapeOf, usualMs, type Evidence, type StepTimes } from '../../plan/time'
import { asTried, stepsPerWay } from '../../plan/execution'

/** Enough to tell what is usual. */
const points = 200
/** A start that took longer did something else as well: it waited for memory, or the computer slept. */
const longestStartMs = 60_000
/** Fewer rows than that tell nothing. */
const fewest = 3

/** Of a run that found what XLA had compiled: steps until it has settled, trials left out. */
const stepsToSettle = 10

/** What a run that is over took; null where it was too short to tell, or interrupted by what belongs to no plan. */
function timesOf(db: Db, row: TimedRow): StepTimes | null {
  const { runId, config, parameterCount, trainTokens } = row
  const steps = stepCurve(db, runId, points)
  const tokensPerStep = config.batchSize * config.blockSize
  const changes = tiersOf(db, runId)
  const settledStep = changes.at(-1)?.step ?? 1
  const stepMs = (some: typeof steps): number =>
    usualMs(
      some.flatMap(({ tokensPerSecond }) => (tokensPerSecond > 0 ? [(1000 * tokensPerStep) / tokensPerSecond] : [])),
    )
  const settled = steps.filter(({ step }) => step > settledStep)
  const [first] = settled
  const evals = evalCurve(db, runId, points).filter(({ step }) => step > settledStep)
  if (settled.length < fewest || first === undefined || evals.length < fewest) return null
  const settledMs = stepMs(settled)
  const begun = steps.filter(({ step }) => step > 1 && step < settledStep)
  const firstStepMs = begun.length === 0 ? settledMs : stepMs(begun)
  // An evaluation with what it saves, and the sample after the one before.
  const between = evals.slice(1).flatMap((now, i) => {
    const before = evals[i]
    if (before === undefined) return []
    const ms = Math.max(0, now.elapsedMs - before.elapsedMs - (now.step - before.step) * settledMs)
    return [{ ms, isSampled: config.sampleInterval > 0 && before.step % config.sampleInterval === 0 }]
  })
  const usualOf = (isSampled: boolean): number =>
    usualMs(between.filter((one) => one.isSampled === isSampled).map(({ ms }) => ms))
  const [alone, sampled] = [usualOf(false), usualOf(true)]
  const evaluatedMs = Number.isNaN(alone) ? sampled : alone
  // The next one finds what this one had to wait for.
  const tried = changes.flatMap(({ timings }) => timings)
  const trialsMs = stepsPerWay * tried.reduce((sum, { stepMs }) => sum + (stepMs ?? 0), 0)
  const foundMs = (steps[0]?.elapsedMs ?? 0) + trialsMs + stepsToSettle * firstStepMs
  return {
    startMs: Math.min(longestStartMs, Math.max(0, row.endedAt - row.startedAt - row.trainedMs - aroundMs)),
    firstStepMs,
    settled:
      foundMs < first.elapsedMs
        ? { afterMs: foundMs, steps: stepsToSettle }
        : { afterMs: first.elapsedMs, steps: first.step },
    stepMs: settledMs,
    evaluationMs: Math.max(0, evaluatedMs - saveMs(4 * parameterCount)) / evaluationBatches(config, trainTokens / 9),
    sampleMs: Number.isNaN(alone) || Number.isNaN(sampled) ? 0 : Math.max(0, sampled - alone),
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
