import type { EvalRow, RunRecord } from '../../src-preload/contract/records'
import type { CurveBuffer } from './chart/curveBuffer'

export type Verdict = 'waiting' | 'early' | 'learning' | 'slowing' | 'level' | 'memorising' | 'unstable' | 'nothing'

/** A loss this much (nats) above the best of the run, kept up over several logged steps, is no longer noise. */
const jumpNats = 0.7
/** Gains (nats) over the last quarter of the tests: below the first a person would see no difference in the writing. */
const levelNats = 0.01
const slowNats = 0.04
/** Rise (nats) of the test loss above its best that counts as memorising; two tests must agree. */
const memoryNats = 0.02

/** Of the loss of a guess at random: above it nothing of use was learned. */
const clearlyBetter = 0.9

/** Mean training loss of the last `count` logged steps; NaN without any. */
function recentLoss(curves: CurveBuffer, count: number): number {
  const rows = curves.column('lossNats').subarray(Math.max(0, curves.length - count), curves.length)
  return rows.reduce((sum, loss) => sum + loss, 0) / rows.length
}

function lowestLoss(curves: CurveBuffer): number {
  return curves
    .column('lossNats')
    .subarray(0, curves.length)
    .reduce((low, loss) => Math.min(low, loss), Infinity)
}

export function bestEval(evals: readonly EvalRow[]): EvalRow | undefined {
  return evals.reduce<EvalRow | undefined>(
    (best, row) => (best === undefined || row.valLossNats < best.valLossNats ? row : best),
    undefined,
  )
}

/** Whoever guesses at random is as good: worse than that at the end, and never clearly better. */
function learnedNothing(evals: readonly EvalRow[], vocabSize: number): boolean {
  const guessNats = Math.log(vocabSize)
  const [before, last, best] = [evals.at(-2), evals.at(-1), bestEval(evals)]
  if (!before || !last || !best) return false
  return Math.min(before.valLossNats, last.valLossNats) > guessNats && best.valLossNats > clearlyBetter * guessNats
}

/**
 * What the curves say, in the order of urgency. Tests on unseen text decide; the training loss only warns of jumps.
 * @param vocabSize tokens that the model chooses among; NaN where it is not known
 */
export function verdictOf(curves: CurveBuffer, vocabSize: number): Verdict {
  if (curves.length === 0 && curves.evals.length === 0) return 'waiting'
  if (learnedNothing(curves.evals, vocabSize)) return 'nothing'
  if (curves.length >= 10) {
    const recent = recentLoss(curves, 5)
    if (!Number.isFinite(recent) || recent - lowestLoss(curves) > jumpNats + noise(curves)) return 'unstable'
  }
  const evals = curves.evals
  const [before, last] = [evals.at(-2), evals.at(-1)]
  if (!before || !last) return 'early'
  const best = bestEval(evals)
  const worse = (row: EvalRow): boolean => best !== undefined && row.valLossNats > best.valLossNats + memoryNats
  if (worse(last) && worse(before)) return 'memorising'
  // Against a test a good while back: neighbours are too alike where a run is tested often.
  const back = Math.min(evals.length - 1, Math.max(2, Math.ceil(evals.length / 4)))
  const gain = (evals.at(-1 - back) ?? before).valLossNats - last.valLossNats
  if (gain < levelNats) return 'level'
  return gain < slowNats ? 'slowing' : 'learning'
}

/** How restless the curve is: small batches jump from step to step. The median, so that a real jump does not count. */
function noise(curves: CurveBuffer): number {
  const rows = curves.column('lossNats').subarray(Math.max(0, curves.length - 50), curves.length)
  const changes = rows.slice(1).map((loss, i) => Math.abs(loss - (rows[i] ?? loss)))
  return 3 * (changes.sort()[changes.length >> 1] ?? 0)
}

/** Training time until the last step, from the speed of the last logged steps; null until it can be told. */
export function timeLeftMs(run: RunRecord, curves: CurveBuffer): number | null {
  if (curves.length < 3) return null
  const from = Math.max(0, curves.length - 30)
  const steps = curves.column('step')
  const times = curves.column('elapsedMs')
  const at = curves.length - 1
  const made = (steps[at] ?? 0) - (steps[from] ?? 0)
  const took = (times[at] ?? 0) - (times[from] ?? 0)
  if (made <= 0 || took <= 0) return null
  return Math.max(0, run.maxSteps - (steps[at] ?? 0)) * (took / made)
}

/**
 * Time left as a person is told it: to ten seconds below five minutes, to a minute above, to five minutes from two hours
 * on; 0 for less than a minute.
 */
export function roundedLeftMs(leftMs: number): number {
  if (leftMs < 60_000) return 0
  const unitMs = leftMs < 5 * 60_000 ? 10_000 : leftMs < 120 * 60_000 ? 60_000 : 5 * 60_000
  return Math.round(leftMs / unitMs) * unitMs
}
