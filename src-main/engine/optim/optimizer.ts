import * as tf from '@tensorflow/tfjs'
import type { WeightVector } from '../runtime/layout'
import type { ModelOps } from '../runtime/ops'
import { adamW, adamWScalarCount, adamWScalars, type AdamWSettings, type AdamWState } from './adamw'
import { muon } from './muon'

export interface OptimizerSettings extends AdamWSettings {
  /** `muon`: hidden matrices by Muon, the rest (embedding, head, vectors) by AdamW. */
  readonly optimizer: 'adamw' | 'muon'
  /** Muon's learning rate over AdamW's: the schedule moves both alike. */
  readonly matrixRate: number
}

/** AdamW's, then Muon's: share of a weight that decay leaves, step size. */
export const optimizerScalarCount = adamWScalarCount + 2

/** What changes from step to step, computed in float64 on the host. `step`: from 1 → float32 [5] */
export function optimizerScalars(settings: OptimizerSettings, step: number, learningRate: number): Float32Array {
  const matrixLearningRate = learningRate * settings.matrixRate
  return Float32Array.of(
    ...adamWScalars(settings, step, learningRate),
    1 - matrixLearningRate * settings.weightDecay,
    matrixLearningRate,
  )
}

/**
 * One step of the optimizer that the settings name, for the weights of one vector. With Muon, the momentum of the hidden
 * matrices lies where AdamW keeps its first moment, and their second moment stays as it is.
 *
 * `gradient: float32 [P]`, `scalars: float32 [5]` from `optimizerScalars`, `isGood: bool [1]`: else everything stays as it is
 */
export function optimize(
  state: AdamWState,
  gradient: tf.Tensor1D,
  scalars: tf.Tensor1D,
  settings: OptimizerSettings,
  { size, decayedSize, hiddenSize, hiddenShapes }: WeightVector,
  isGood: tf.Tensor1D,
  ops: ModelOps,
): AdamWState {
  const byAdamW = (state: AdamWState, gradient: tf.Tensor1D, decayed: number): AdamWState =>
    adamW(state, gradient, scalars.slice(0, adamWScalarCount), settings, decayed, isGood, ops)
  const ofMuon = settings.optimizer === 'muon' ? hiddenSize : 0
  if (ofMuon === 0) return byAdamW(state, gradient, decayedSize)

  const byMuon = ({ weights, expAvg, expAvgSq }: AdamWState, gradient: tf.Tensor1D): AdamWState => {
    const [keep, stepSize] = tf.unstack(scalars.slice(adamWScalarCount)) as [tf.Scalar, tf.Scalar]
    const { update, buffer } = muon(gradient, expAvg, hiddenShapes)
    const kept = (after: tf.Tensor1D, before: tf.Tensor1D): tf.Tensor1D => tf.where(isGood, after, before)
    const moved: tf.Tensor1D = weights.mul(keep).sub(update.mul(stepSize))
    return { weights: kept(moved, weights), expAvg: kept(buffer, expAvg), expAvgSq }
  }
  if (ofMuon === size) return byMuon(state, gradient)

  const cut = (flat: tf.Tensor1D): [tf.Tensor1D, tf.Tensor1D] =>
    tf.split<tf.Tensor1D>(flat, [ofMuon, size - ofMuon]) as [tf.Tensor1D, tf.Tensor1D]
  const [weights, otherWeights] = cut(state.weights)
  const [expAvg, otherExpAvg] = cut(state.expAvg)
  const [expAvgSq, otherExpAvgSq] = cut(state.expAvgSq)
  const [hidden, other] = cut(gradient)
  const first = byMuon({ weights, expAvg, expAvgSq }, hidden)
  const rest = byAdamW(
    { weights: otherWeights, expAvg: otherExpAvg, expAvgSq: otherExpAvgSq },
    other,
    decayedSize - ofMuon,
  )
  return {
    weights: tf.concat1d([first.weights, rest.weights]),
    expAvg: tf.concat1d([first.expAvg, rest.expAvg]),
    expAvgSq: tf.concat1d([first.expAvgSq, rest.expAvgSq]),
  }
}
