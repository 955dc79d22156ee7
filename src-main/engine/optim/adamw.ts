import * as tf from '@tensorflow/tfjs'
import type { ModelOps } from '../runtime/ops'

export interface AdamWSettings {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
}

/** Weights and both moments, each one vector: float32 [P]. */
export interface AdamWState {
  readonly weights: tf.Tensor1D
  readonly expAvg: tf.Tensor1D
  readonly expAvgSq: tf.Tensor1D
}

export const adamWScalarCount = 3

/**
 * What changes from step to step, computed in float64 on the host: resuming needs nothing but the step. (Accumulating
 * the powers of beta in float32, as TensorFlow.js's own Adam does, would not resume bit for bit.)
 * @param step from 1
 * @returns [share of a weight that decay leaves, step size with bias correction, root of the second bias correction]
 */
export function adamWScalars(settings: AdamWSettings, step: number, learningRate: number): Float32Array {
  const correction1 = 1 - settings.beta1 ** step
  const correction2 = 1 - settings.beta2 ** step
  return Float32Array.of(1 - learningRate * settings.weightDecay, learningRate / correction1, Math.sqrt(correction2))
}

/**
 * One step of AdamW (Loshchilov & Hutter 2019, algorithm 2; the order of operations is torch.optim.AdamW's).
 * @param gradient float32 [P]
 * @param scalars float32 [3] from `adamWScalars`
 * @param decayed that many numbers at the start of the vectors decay; the rest (biases, norms) do not
 * @param isGood bool [1]: else everything stays as it is
 */
export function adamW(
  state: AdamWState,
  gradient: tf.Tensor1D,
  scalars: tf.Tensor1D,
  settings: AdamWSettings,
  decayed: number,
  isGood: tf.Tensor1D,
  ops: ModelOps,
): AdamWState {
  const { beta1, beta2, epsilon, weightDecay } = settings
  const [keep, stepSize, rootCorrection2] = tf.unstack(scalars) as [tf.Scalar, tf.Scalar, tf.Scalar]
  const kept = (after: tf.Tensor1D, before: tf.Tensor1D): tf.Tensor1D => tf.where(isGood, after, before)
  // XLA changes a vector in place if nothing else reads what it was: the weights come of the moments that are kept.
  const expAvg = kept(state.expAvg.mul(beta1).add(gradient.mul(1 - beta1)), state.expAvg)
  const expAvgSq = kept(state.expAvgSq.mul(beta2).add(gradient.square().mul(1 - beta2)), state.expAvgSq)
  const update: tf.Tensor1D = expAvg.div(expAvgSq.sqrt().div(rootCorrection2).add(epsilon)).mul(stepSize)
  const decayedWeights =
    weightDecay === 0 || decayed === 0 ? state.weights : ops.scaleFirst(state.weights, decayed, keep)
  return { weights: kept(decayedWeights.sub(update), state.weights), expAvg, expAvgSq }
}
