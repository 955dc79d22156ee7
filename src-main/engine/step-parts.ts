import type * as tf from '@tensorflow/tfjs'
import type { AdamWState } from './optim/adamw'
import type { Optimize } from './optim/optimizer'
import type { WeightLayout } from './layout'
import type { EngineOps } from './ops'
import type { StepSpec } from './train-step'

/** Of a part of a batch: micro-batches, shards and workers add them up, whatever their sizes are. */
export interface StepSums<T> {
  /** Of the tokens that count, in nats: float32 [1]. */
  readonly lossSum: T
  /** How many those are: float32 [1]. */
  readonly count: T
  /** The gradient of the sum: float32 [P], for each vector of the layout. */
  readonly gradSums: readonly T[]
}

/** How an engine executes the three parts of a step. `T` is what it holds numbers in, `R` what a step leaves. */
export interface StepParts<T, R> {
  /** Of each part of the batch that is computed by itself. */
  readonly backward: () => readonly StepSums<T>[]
  readonly add: (values: readonly T[]) => T
  readonly update: (sums: StepSums<T>) => R
}

/** What the parts of a step compute with. */
export interface StepContext {
  readonly spec: StepSpec
  readonly layout: WeightLayout
  readonly ops: EngineOps
}

/** The new state, the old one where loss or norm is no finite number, and float32 [2]: mean loss in nats, gradient norm. */
export interface StepResult {
  /** For each vector of the layout. */
  readonly state: readonly AdamWState[]
  readonly metrics: tf.Tensor1D
}

/** What `update` is given besides the context. */
export interface Update {
  /** For each vector of the layout. */
  readonly state: readonly AdamWState[]
  readonly sums: StepSums<tf.Tensor1D>
  /** Of `gradSums`. */
  readonly squaredNorm: tf.Scalar
  readonly optimize: Optimize
}
