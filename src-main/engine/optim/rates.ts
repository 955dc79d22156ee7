import * as tf from '@tensorflow/tfjs'
import type { AdamWSettings } from './adamw'

/** Of what changes from step to step, in the order in which an engine is given it. */
const names = ['decayed', 'stepSize', 'rootCorrection2', 'matrixDecayed', 'matrixStepSize'] as const

/**
 * What changes from step to step: of AdamW the share of a weight that decay leaves, the step size with the first bias correction
 * and the root of the second one; of Muon the share and the step size. `T` is what holds a number.
 */
export type OptimizerRates<T> = Readonly<Record<(typeof names)[number], T>>

export interface RateSettings extends Pick<AdamWSettings, 'beta1' | 'beta2' | 'weightDecay'> {
  /** Muon's learning rate over AdamW's: the schedule moves both alike. */
  readonly matrixRate: number
}

/**
 * Computed in float64 on the host: resuming needs nothing but the step. (Accumulating the powers of beta in float32, as
 * TensorFlow.js's own Adam does, would not resume bit for bit.)
 * @param step from 1
 */
export function ratesAt(settings: RateSettings, step: number, learningRate: number): OptimizerRates<number> {
  const { beta1, beta2, weightDecay, matrixRate } = settings
  const matrixLearningRate = learningRate * matrixRate
  return {
    decayed: 1 - learningRate * weightDecay,
    stepSize: learningRate / (1 - beta1 ** step),
    rootCorrection2: Math.sqrt(1 - beta2 ** step),
    matrixDecayed: 1 - matrixLearningRate * weightDecay,
    matrixStepSize: matrixLearningRate,
  }
}

export const rateCount = names.length

/** float32 [5] */
export const packRates = (rates: OptimizerRates<number>): Float32Array =>
  Float32Array.from(names, (name) => rates[name])

/** The reverse in tensors. `packed: float32 [5]` */
export function unpackRates(packed: tf.Tensor1D): OptimizerRates<tf.Scalar> {
  const scalars = tf.unstack(packed) as tf.Scalar[]
  return Object.fromEntries(names.map((name, i) => [name, scalars[i]])) as OptimizerRates<tf.Scalar>
}
