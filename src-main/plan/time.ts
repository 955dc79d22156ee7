import type { TimeEstimate } from '../../src-preload/contract/records/plan'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { stepFlops } from './flops'
import { triesWays } from './execution'

/**
 * What a training of one shape takes on this computer, with one engine: measured by a probe (engine/time-steps.ts) or
 * taken from a run that is over. All in milliseconds.
 */
export interface StepTimes {
  /** From the start of its process until the first step is done: loading the engine, recording, first weights. */
  readonly startMs: number
  /** Of a step as the run begins, while another way is prepared beside it. */
  readonly firstStepMs: number
  /**
   * From the first step until the way to compute is chosen for good, trials included, and the steps that were done by then,
   * the first among them; null: it was not waited for.
   */
  readonly settled: { readonly afterMs: number; readonly steps: number } | null
  /** Of a step from then on. */
  readonly stepMs: number
  /** Of one batch of an evaluation. */
  readonly evaluationMs: number
  /** Of a writing sample. */
  readonly sampleMs: number
  /** What other programs used of all processors meanwhile, 0 to 1; absent: not known. */
  readonly othersShare?: number | undefined
}

/** More than that often is no step any more: the computer slept. */
const longestOfUsual = 10

/**
 * What one of many takes on average, however they come: bursts of other programs belong to it, hours of sleep do not.
 * @returns NaN for none
 */
export function usualMs(values: readonly number[]): number {
  const middle = [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN
  return values.reduce((sum, value) => sum + Math.min(value, longestOfUsual * middle), 0) / values.length
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
  'optimizer',
  'compile',
  'precision',
] as const
export type TimedShape = Pick<RunConfig, (typeof shapeFields)[number]> & {
  readonly vocabSize: number
  readonly dropout: boolean
  readonly tries: boolean
}

export function shapeOf(config: RunConfig, vocabSize: number): TimedShape {
  const picked = Object.fromEntries(shapeFields.map((field) => [field, config[field]])) as Pick<
    RunConfig,
    (typeof shapeFields)[number]
  >
  return { ...picked, vocabSize, dropout: config.dropout > 0, tries: triesWays(config) }
}

export const keyOf = (shape: TimedShape): string =>
  [...shapeFields.map((field) => shape[field]), shape.vocabSize, shape.dropout, shape.tries].join('|')

/** How far the truth may be off, as a factor both ways. */
const spreadOf = { run: 1.15, probe: 1.25 }
/** A faster way may still be found: XLA takes a half to a third of a plain graph's time (docs/log/056). */
const unsettledGain = 2.2
/** Of a shape that was not measured, for each doubling of its arithmetic. */
const spreadPerDoubling = 1.25
const widestSpread = 4
/** Of the time that others took, so much at most would come back: a step never takes nothing. */
const mostFreed = 0.7

export interface TimedRun {
  readonly config: RunConfig
  readonly vocabSize: number
  readonly parameterCount: number
  /** Of the text that is kept for validation. */
  readonly valTokens: number
  /** Of a text that is not tokenized this way yet; else 0. */
  readonly bytesToTokenize: number
}

/** How long this run would take; null while nothing like it was measured. */
export function estimateTime(run: TimedRun, evidence: readonly Evidence[]): TimeEstimate | null {
  const found = timesFor(run, evidence)
  if (found === null) return null
  const { times, basis, spread } = found
  const { tokenizing, start, steps, evaluations, samples, saves } = partsOf(run, times)
  const likelyMs = tokenizing + start + steps + evaluations + samples + saves
  // Others may leave, or come.
  const others = times.othersShare ?? 0
  const isOpen = times.settled === null && basis !== 'similar'
  const low = Math.max(isOpen ? unsettledGain : spread, spread / (1 - Math.min(mostFreed, others)))
  return { lowMs: likelyMs / low, likelyMs, highMs: likelyMs * spread * (1 + others), basis }
}

/** What is known best of a run's shape: a run of the same, else a probe of it, else what is most like it. */
export function timesFor(
  run: TimedRun,
  evidence: readonly Evidence[],
): { readonly times: StepTimes; readonly basis: TimeEstimate['basis']; readonly spread: number } | null {
  const shape = shapeOf(run.config, run.vocabSize)
  const key = keyOf(shape)
  const same = evidence.filter((one) => keyOf(one.shape) === key)
  const [ran, probe] = (['run', 'probe'] as const).map((source) => newest(same.filter((one) => one.source === source)))
  // A run also waited for its tokens, or for XLA to compile what is ready now.
  if (ran) {
    const startMs = Math.min(ran.times.startMs, probe?.times.startMs ?? Infinity)
    return { ...asKnown(ran), times: { ...ran.times, startMs } }
  }
  if (probe) return asKnown(probe)
  const similar = likeOne(shape, evidence)
  return similar && { ...similar, basis: 'similar' }
}

const asKnown = ({ source, times }: Evidence) => ({ times, basis: source, spread: spreadOf[source] })

function newest(evidence: readonly Evidence[]): Evidence | null {
  return evidence.reduce<Evidence | null>((a, b) => (a === null || b.measuredAt > a.measuredAt ? b : a), null)
}

/** Of fsync, hashes and a manifest, and of what a disk writes in a millisecond. */
export const saveMs = (bytes: number): number => 15 + bytes / 250e3
/** Beside its process: its row, links to the tokens, and what follows the last step until it is over. */
export const aroundMs = 500
/** Bytes a millisecond, a guess: encoding alone does 2,700 (docs/log/056), learning a vocabulary comes on top. */
const tokenizedPerMs = 1000

/** Batches that an evaluation looks at. */
export function evaluationBatches({ batchSize, blockSize, evalBatches }: RunConfig, valTokens: number): number {
  const all = Math.max(1, Math.ceil(valTokens / (batchSize * blockSize)))
  return evalBatches === 0 ? all : Math.min(all, evalBatches)
}

/** What the parts of a run take, all in milliseconds. */
export interface RunParts {
  readonly tokenizing: number
  readonly start: number
  readonly steps: number
  /** The best state is saved with each that brings something better, which most do. */
  readonly evaluations: number
  readonly samples: number
  /** With the moments: once it has settled, every so many minutes, at the end. */
  readonly saves: number
}

export function partsOf({ config, parameterCount, valTokens, bytesToTokenize }: TimedRun, times: StepTimes): RunParts {
  const { maxSteps, evalInterval, sampleInterval, checkpointMinutes } = config
  const every = (interval: number): number => (interval === 0 ? 0 : Math.ceil(maxSteps / interval))
  const evaluationMs = evaluationBatches(config, valTokens) * times.evaluationMs + saveMs(4 * parameterCount)
  const steps = stepsMs(maxSteps, times)
  const evaluations = every(evalInterval) * evaluationMs
  const samples = every(sampleInterval) * times.sampleMs
  const settles = times.settled !== null && times.settled.steps > 0 && times.settled.steps < maxSteps ? 1 : 0
  const saves = 1 + settles + Math.floor((steps + evaluations + samples) / (checkpointMinutes * 60_000))
  return {
    tokenizing: bytesToTokenize / tokenizedPerMs,
    start: times.startMs + aroundMs,
    ...{ steps, evaluations, samples },
    saves: saves * saveMs(12 * parameterCount),
  }
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
  // Each is asked once: a distance counts a whole weight table.
  const distances = evidence.map((one) => distance(one.shape))
  const least = distances.reduce((a, b) => Math.min(a, b), Infinity)
  const nearest = evidence[distances.indexOf(least)]
  if (nearest === undefined) return null
  const { times, shape: known } = nearest
  const more = flops / stepFlops(known)
  const deeper = shape.nLayer / known.nLayer
  const spread = Math.min(widestSpread, 1.3 * spreadPerDoubling ** least)
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
      othersShare: times.othersShare,
    },
  }
}
