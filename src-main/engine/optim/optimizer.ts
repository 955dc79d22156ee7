import * as tf from '@tensorflow/tfjs'
import type { WeightLayout } from '../runtime/layout'
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
 * One step of the optimizer that the settings name. With Muon, the momentum of the hidden matrices lies where AdamW
 * keeps its first moment, and their second moment stays as it is.
 *
 * `gradient: float32 [P]`, `scalars: float32 [5]` from `optimizerScalars`, `isGood: bool [1]`: else everything stays as it is
 */
export function optimize(
  state: AdamWState,
  gradient: tf.Tensor1D,
  scalars: tf.Tensor1D,
  settings: OptimizerSettings,
  layout: WeightLayout,
  isGood: tf.Tensor1D,
  ops: ModelOps,
): AdamWState {
  const adamScalars = scalars.slice(0, adamWScalarCount)
  if (settings.optimizer === 'adamw') {
    return adamW(state, gradient, adamScalars, settings, layout.decayedSize, isGood, ops)
  }
  const { hiddenSize, size, hiddenShapes } = layout
  const cut = (flat: tf.Tensor1D): [tf.Tensor1D, tf.Tensor1D] =>
    tf.split<tf.Tensor1D>(flat, [hiddenSize, size - hiddenSize]) as [tf.Tensor1D, tf.Tensor1D]
  const [weights, otherWeights] = cut(state.weights)
  const [momentum, otherExpAvg] = cut(state.expAvg)
  const [expAvgSq, otherExpAvgSq] = cut(state.expAvgSq)
  const [hiddenGradient, otherGradient] = cut(gradient)

  const [keep, stepSize] = tf.unstack(scalars.slice(adamWScalarCount)) as [tf.Scalar, tf.Scalar]
  const { update, buffer } = muon(hiddenGradient, momentum, hiddenShapes)
  const rest = adamW(
    { weights: otherWeights, expAvg: otherExpAvg, expAvgSq: otherExpAvgSq },
    otherGradient,
    adamScalars,
    settings,
    layout.decayedSize - hiddenSize,
    isGood,
    ops,
  )
  const kept = (after: tf.Tensor1D, before: tf.Tensor1D): tf.Tensor1D => tf.where(isGood, after, before)
  return {
    weights: tf.concat1d([kept(weights.mul(keep).sub(update.mul(stepSize)), weights), rest.weights]),
    expAvg: tf.concat1d([kept(buffer, momentum), rest.expAvg]),
    expAvgSq: tf.concat1d([expAvgSq, rest.expAvgSq]),
  }
}
