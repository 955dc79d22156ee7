import { stepsForSpeed, timeLeftMs as timeLeft } from '../../src-preload/contract/durations'
import type { EvalRow } from '../../src-preload/contract/records/curves'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import type { CurveBuffer } from './chart/curveBuffer'

/** Of these only `learning` and `slowing` say that it improves: see `isImproving`. */
export const verdicts = [
  ...(['waiting', 'early', 'learning', 'slowing', 'wavering', 'level'] as const),
  ...(['memorising', 'worsening', 'unstable', 'nothing'] as const),
] as const
export type Verdict = (typeof verdicts)[number]

/** Verdicts whose sentence says that the model gets better; never given where the last figures are worse. */
export const isImproving = (verdict: Verdict): boolean => verdict === 'learning' || verdict === 'slowing'

/** A loss this much (nats) above the best of the run, kept up over several logged steps, is no longer noise. */
const jumpNats = 0.7
/** Gains (nats) over the last quarter of the evaluations: below the first a person would see no difference in the writing. */
const levelNats = 0.01
const slowNats = 0.04
/** Rise (nats) of the validation loss above its best that is no longer chance; two evaluations must agree. */
const worseNats = 0.02
/** A gap (nats) between training and validation loss below the first is none, above the second a sign of memorizing. */
const noGapNats = 0.05
const largeGapNats = 0.4
/** Standard errors by which the training loss must have risen: a run asks this hundreds of times. */
const risenErrors = 4

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

/** Mean and standard error of some losses; the spread from neighbour to neighbour, so that a trend is not taken for noise. */
function averageOf(losses: Float64Array): { readonly mean: number; readonly error: number } {
  const changes = losses.slice(1).map((loss, i) => (loss - (losses[i] ?? loss)) ** 2)
  const variance = changes.reduce((sum, change) => sum + change, 0) / 2 / Math.max(1, changes.length)
  return {
    mean: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
    error: Math.sqrt(variance / losses.length),
  }
}

/** Whether the last tenth of the training loss lies above the tenth before it by more than chance. */
function isTrainingRising(curves: CurveBuffer): boolean {
  const count = Math.max(5, Math.floor(curves.length / 10))
  if (curves.length < 2 * count) return false
  const losses = curves.column('lossNats')
  const part = (from: number): ReturnType<typeof averageOf> => averageOf(losses.subarray(from, from + count))
  const [before, now] = [part(curves.length - 2 * count), part(curves.length - count)]
  return now.mean - before.mean > Math.max(worseNats, risenErrors * Math.hypot(before.error, now.error))
}

/** How much better a model knows its training text than text that it has not seen. */
export interface Gap {
  /** Perplexity on both: how many tokens it still hesitates between. */
  readonly training: number
  readonly unseen: number
  /** By how much the second is larger; below 0 where it is smaller. */
  readonly share: number
  readonly size: 'none' | 'some' | 'large'
}

/** Mean training loss up to the last evaluation beside what that found; null before there are both. */
export function gapOf(curves: CurveBuffer): Gap | null {
  const last = curves.evals.at(-1)
  const steps = curves.column('step')
  let until = curves.length
  while (last && until > 0 && (steps[until - 1] ?? 0) > last.step) until--
  if (!last || until === 0) return null
  const count = Math.min(20, Math.max(3, Math.ceil(until / 10)))
  const { mean } = averageOf(curves.column('lossNats').subarray(Math.max(0, until - count), until))
  const nats = last.valLossNats - mean
  if (!Number.isFinite(nats)) return null
  const size = nats < noGapNats ? 'none' : nats < largeGapNats ? 'some' : 'large'
  return { training: Math.exp(mean), unseen: Math.exp(last.valLossNats), share: Math.exp(nats) - 1, size }
}

/**
 * What the curves say, in the order of urgency. Evaluations on unseen text decide; the training loss only warns.
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
  const [before, last, best] = [evals.at(-2), evals.at(-1), bestEval(evals)]
  if (!before || !last || !best) return 'early'
  const worse = (row: EvalRow): boolean => row.valLossNats > best.valLossNats + worseNats
  const rising = isTrainingRising(curves)
  // What it does worse on unseen text and not better on its own is not memorizing.
  if (worse(last) && worse(before)) return rising || gapOf(curves)?.size === 'none' ? 'worsening' : 'memorising'
  if (rising) return 'worsening'
  // Against an evaluation a good while back: neighbours are too alike where a run is evaluated often.
  const back = Math.min(evals.length - 1, Math.max(2, Math.ceil(evals.length / 4)))
  const gain = (evals.at(-1 - back) ?? before).valLossNats - last.valLossNats
  if (gain < levelNats) return 'level'
  if (last.valLossNats >= before.valLossNats || last.valLossNats > best.valLossNats) return 'wavering'
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
  if (curves.length < stepsForSpeed.atLeast) return null
  const [steps, times] = [curves.column('step'), curves.column('elapsedMs')]
  const at = (row: number) => ({ step: steps[row] ?? 0, elapsedMs: times[row] ?? 0 })
  return timeLeft(at(Math.max(0, curves.length - stepsForSpeed.atMost)), at(curves.length - 1), run.maxSteps)
}
