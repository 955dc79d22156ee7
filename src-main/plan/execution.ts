import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { sizeOf, type WeightShape } from '../engine/model/weight-table'
import { nextDivisor } from './divisor'

/*
 * What decides how a step is executed, for the engine that does and for the plan that says what it takes: vectors of weights,
 * shards of the batch, parts of the loss, and which ways to compute it are tried.
 */

/** Numbers from which on it pays. */
const aloneFrom = 2 ** 19

/**
 * Whether a weight has a vector of its own on a processor, its moments too: what is not copied together then is worth the
 * operations that it takes (docs/log/049). Muon's matrices stay together, since those of one shape go through its iteration at
 * once. On a card nobody measured it.
 */
export const isAlone = ({ shape, hidden }: WeightShape, { optimizer }: Pick<RunConfig, 'optimizer'>): boolean =>
  sizeOf(shape) >= aloneFrom && !(hidden && optimizer === 'muon')

/** Two cores were measured; more of them share what each half has to multiply. */
const mostShards = 2
/** Each shard rounds all weights and makes a gradient of them: with more to a token that costs more than it gains. */
const parametersPerToken = 15_000

/**
 * Equal shards of the batch whose gradients a step in XLA computes at the same time on a processor: there nearly everything
 * but large products runs on one thread (docs/log/045). 1: the batch as it is. The same
 * on every machine, so that a run goes on elsewhere as it began.
 */
export function shardsOf(
  { batchSize, accumulation, blockSize }: Pick<RunConfig, 'batchSize' | 'accumulation' | 'blockSize'>,
  parameterCount: number,
): number {
  const rows = batchSize / accumulation
  const isWorthwhile = parameterCount <= parametersPerToken * rows * blockSize
  return rows % mostShards === 0 && isWorthwhile ? mostShards : 1
}

export interface LogitBounds {
  /** Floats of logits that may stand in memory at once. */
  readonly most: number
  /**
   * Floats of them that a processor's caches keep from bias to softmax, loss, gradient and products, which are passes of
   * their own; Infinity: nothing is gained by that.
   */
  readonly cached: number
}

/** The fewest equal parts of the rows whose logits stay below the bound; 1: all at once. */
export function headChunks(rows: number, vocabSize: number, most: number): number {
  return nextDivisor(rows, Math.ceil((rows * vocabSize) / most))
}

/**
 * Equal parts of the rows in which the loss is computed. Each part adds to a gradient of the whole head, which parts for
 * the caches are only worth where each has several times the rows of the head.
 * @param width rows of the head
 */
export function lossChunks(rows: number, width: number, vocabSize: number, { most, cached }: LogitBounds): number {
  const chunks = headChunks(rows, vocabSize, Math.min(cached, most))
  return rows / chunks >= 4 * width ? chunks : headChunks(rows, vocabSize, most)
}

/** 128 MB: smaller parts cost more time than they save (docs/log/021). */
export const logitsOfProcessor: LogitBounds = { most: 2 ** 25, cached: Infinity }
/** 4 MB: a loop costs next to nothing in XLA. */
export const logitsInXla: LogitBounds = { ...logitsOfProcessor, cached: 2 ** 20 }
/** On a graphics card, 512 MB: its memory is read many times faster, and small products leave most of it idle. */
export const logitsOfCard: LogitBounds = { most: 2 ** 27, cached: Infinity }

/** Steps of one measurement of one way to compute a step. */
export const stepsPerMeasure = 3
/** A trial measures two ways, each twice. */
export const stepsPerWay = 2 * stepsPerMeasure
/** Trials may take that share of a run. */
const trialShare = 0.03

/** Whether a run is long enough for trials of so many other ways; a shorter one has none, and stays in float32. */
export const isWorthTrying = (ways: number, plannedSteps: number): boolean =>
  plannedSteps * trialShare >= ways * 2 * stepsPerWay

const waysOf = ({ compile, precision }: RunConfig): number =>
  (compile === 'auto' ? 1 : 0) + (precision === 'auto' ? 1 : 0)

/** Whether a run compares ways to compute its steps. */
export const triesWays = (config: RunConfig): boolean => isWorthTrying(waysOf(config), config.maxSteps)

/**
 * The config without what is not tried: what costs neither time nor memory.
 * @param triesBfloat16 whether this processor multiplies bfloat16
 */
export const asTried = (config: RunConfig, triesBfloat16: boolean): RunConfig =>
  config.precision === 'auto' && !(triesBfloat16 && triesWays(config)) ? { ...config, precision: 'float32' } : config
