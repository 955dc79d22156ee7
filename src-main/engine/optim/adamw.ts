import * as tf from '@tensorflow/tfjs'
import type { OptimizerStep } from './optimizer'
import type { OptimizerRates } from './rates'

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

/**
 * One step of AdamW (Loshchilov & Hutter 2019, algorithm 2; the order of operations is torch.optim.AdamW's).
 * @param gradient float32 [P]
 * @param decayedSize that many numbers at the start of the vectors decay; the rest (biases, norms) do not
 */
export function adamW(
  state: AdamWState,
  gradient: tf.Tensor1D,
  { settings, isGood, ops }: Pick<OptimizerStep, 'settings' | 'isGood' | 'ops'>,
  rates: OptimizerRates<tf.Scalar>,
  decayedSize: number,
): AdamWState {
  const { beta1, beta2, epsilon, weightDecay } = settings
  const kept = (after: tf.Tensor1D, before: tf.Tensor1D): tf.Tensor1D => tf.where(isGood, after, before)
  // XLA changes a vector in place if nothing else reads what it was: the weights come of the moments that are kept.
  const expAvg = kept(state.expAvg.mul(beta1).add(gradient.mul(1 - beta1)), state.expAvg)
  const expAvgSq = kept(state.expAvgSq.mul(beta2).add(gradient.square().mul(1 - beta2)), state.expAvgSq)
  const root = expAvgSq.sqrt().div(rates.rootCorrection2)
  const step: tf.Tensor1D = expAvg.div(root.add(epsilon)).mul(rates.stepSize)
  const isPlain = weightDecay === 0 || decayedSize === 0
  const decayed = isPlain ? state.weights : ops.scaleFirst(state.weights, decayedSize, rates.decayed)
  return { weights: kept(decayed.sub(step), state.weights), expAvg, expAvgSq }
}
