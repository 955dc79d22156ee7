import type { RunConfig, TimeEstimate } from '../../src-preload/contract/records'
import { stepFlops } from './flops'

/**
 * What a training of one shape takes on this computer, with one engine: measured by a probe (engine/time-steps.ts) or
 * taken from a run that is over. All in milliseconds.
 */
export interface StepTimes {
  /** Until the first step is done: loading the engine, recording, first weights. */
  readonly startMs: number
  /** Of a step as the run begins, while another way is prepared beside it. */
  readonly firstStepMs: number
  /**
   * From the first step until the way to compute is chosen for good, evaluations and trials included, and the steps that
   * were done by then; null: it was not waited for.
   */
  readonly settled: { readonly afterMs: number; readonly steps: number } | null
  /** Of a step from then on. */
  readonly stepMs: number
  /** Of one batch of an evaluation. */
  readonly evaluationMs: number
  /** Of a writing sample; 0 where it is part of the evaluations. */
  readonly sampleMs: number
}

export interface Evidence {
  readonly shape: TimedShape
  readonly times: StepTimes
  readonly source: 'run' | 'probe'
  /** Milliseconds since 1970. */
  readonly measuredAt: number
}

/** What decides how long a step takes; `tries`: whether the run is long enough to compare ways to compute it. */
const shapeFields = [
  'model',
  'nLayer',
  'nHead',
  'nEmbd',
  'blockSize',
  'batchSize',
  'accumulation',
  'activationCheckpointing',
  'positions',
  'norm',
  'queryKeyNorm',
  'activation',
  'optimizer',
  'compile',
  'precision',
] as const
export type TimedShape = Pick<RunConfig, (typeof shapeFields)[number]> & {
  readonly vocabSize: number
  readonly dropout: boolean
  readonly tries: boolean
}

/** Steps from which on a run tries every way (engine/runtime/step-choice.ts): two ways, twelve steps each, 3 % of the run. */
const stepsToTry = 800

export function shapeOf(config: RunConfig, vocabSize: number): TimedShape {
  const picked = Object.fromEntries(shapeFields.map((field) => [field, config[field]])) as Pick<
    RunConfig,
    (typeof shapeFields)[number]
  >
  return { ...picked, vocabSize, dropout: config.dropout > 0, tries: config.maxSteps >= stepsToTry }
}

/** What is not tried on this processor. */
export const asTried = (config: RunConfig, triesBfloat16: boolean): RunConfig =>
  config.precision === 'auto' && !triesBfloat16 ? { ...config, precision: 'float32' } : config

export const keyOf = (shape: TimedShape): string =>
  [...shapeFields.map((field) => shape[field]), shape.vocabSize, shape.dropout, shape.tries].join('|')

/** How far the truth may be off, as a factor both ways. */
const spreadOf = { run: 1.15, probe: 1.25 }
/** A faster way may still be found: XLA takes a half to a third of a plain graph's time (docs/log.md). */
const unsettledGain = 2.2
/** Of a shape that was not measured, for each doubling of its arithmetic. */
const spreadPerDoubling = 1.25
const widestSpread = 4

export interface TimedRun {
  readonly config: RunConfig
  readonly vocabSize: number
  readonly parameterCount: number
  /** Of the text that is kept for validation. */
  readonly valTokens: number
}

/** How long this run would take; null while nothing like it was measured. */
export function estimateTime(run: TimedRun, evidence: readonly Evidence[]): TimeEstimate | null {
  const shape = shapeOf(run.config, run.vocabSize)
  const key = keyOf(shape)
  const same = evidence.filter((one) => keyOf(one.shape) === key)
  const best = newest(same.filter(({ source }) => source === 'run')) ?? newest(same)
  if (best !== null) {
    const likelyMs = totalMs(run, best.times)
    const spread = spreadOf[best.source]
    const low = best.times.settled === null ? unsettledGain : spread
    return { lowMs: likelyMs / low, likelyMs, highMs: likelyMs * spread, basis: best.source }
  }
  const similar = likeOne(shape, evidence)
  if (similar === null) return null
  const likelyMs = totalMs(run, similar.times)
  return { lowMs: likelyMs / similar.spread, likelyMs, highMs: likelyMs * similar.spread, basis: 'similar' }
}

function newest(evidence: readonly Evidence[]): Evidence | null {
  return evidence.reduce<Evidence | null>((a, b) => (a === null || b.measuredAt > a.measuredAt ? b : a), null)
}

/** Of fsync, hashes and a manifest, and of what a disk writes in a millisecond. */
const saveMs = (bytes: number): number => 40 + bytes / 200e3

/** Batches that an evaluation looks at. */
export function evaluationBatches({ batchSize, blockSize, evalBatches }: RunConfig, valTokens: number): number {
  const all = Math.max(1, Math.ceil(valTokens / (batchSize * blockSize)))
  return evalBatches === 0 ? all : Math.min(all, evalBatches)
}

/** The whole run, by what its parts take. */
function totalMs({ config, parameterCount, valTokens }: TimedRun, times: StepTimes): number {
  const { maxSteps, evalInterval, sampleInterval, checkpointMinutes } = config
  const settledStep = Math.min(maxSteps, times.settled?.steps ?? 0)
  // The first ones are part of the time until it has settled.
  const evaluations = Math.ceil((maxSteps - settledStep) / evalInterval)
  const batches = evaluationBatches(config, valTokens)
  const samples = sampleInterval === 0 ? 0 : Math.ceil((maxSteps - settledStep) / sampleInterval)
  const steps = stepsMs(maxSteps, times)
  // The best state at each evaluation that brings something better, which most do; the last one with its moments.
  const saved = evaluations * saveMs(4 * parameterCount)
  const parts = steps + evaluations * batches * times.evaluationMs + samples * times.sampleMs + saved
  const saves = 1 + Math.floor(parts / (checkpointMinutes * 60_000))
  return times.startMs + parts + saves * saveMs(12 * parameterCount)
}

/** A run that ends before it has settled takes its share of that time. */
function stepsMs(steps: number, { firstStepMs, settled, stepMs }: StepTimes): number {
  if (settled === null) return steps * firstStepMs
  if (steps < settled.steps) return (steps / settled.steps) * settled.afterMs
  return settled.afterMs + (steps - settled.steps) * stepMs
}

/** Times of the nearest shape that was measured, by how much more there is to compute. */
function likeOne(shape: TimedShape, evidence: readonly Evidence[]): { times: StepTimes; spread: number } | null {
  const flops = stepFlops(shape)
  const distance = (other: TimedShape): number =>
    Math.abs(Math.log2(stepFlops(other) / flops)) +
    (other.model === shape.model ? 0 : 2) +
    (other.dropout === shape.dropout ? 0 : 0.3) +
    (other.tries === shape.tries ? 0 : 0.3)
  const nearest = evidence.reduce<Evidence | null>(
    (a, b) => (a === null || distance(b.shape) < distance(a.shape) ? b : a),
    null,
  )
  if (nearest === null) return null
  const { times, shape: known } = nearest
  const more = stepFlops(shape) / stepFlops(known)
  const deeper = shape.nLayer / known.nLayer
  const spread = Math.min(widestSpread, 1.3 * spreadPerDoubling ** distance(known))
  return {
    spread,
    times: {
      startMs: times.startMs,
      firstStepMs: times.firstStepMs * more,
      // What compiles meanwhile takes longer for more layers; larger steps are fewer until then.
      settled: times.settled && {
        afterMs: times.settled.afterMs * deeper,
        steps: (times.settled.steps * deeper) / more,
      },
      stepMs: times.stepMs * more,
      evaluationMs: times.evaluationMs * more,
      sampleMs: times.sampleMs * deeper,
    },
  }
}
