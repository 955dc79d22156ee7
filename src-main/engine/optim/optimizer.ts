import * as tf from '@tensorflow/tfjs'
import type { WeightVector } from '../layout'
import type { EngineOps } from '../ops'
import { adamW, type AdamWSettings, type AdamWState } from './adamw'
import { muon } from './muon'
import type { OptimizerRates, RateSettings } from './rates'

export interface OptimizerSettings extends AdamWSettings, RateSettings {
  /** `muon`: hidden matrices by Muon, the rest (embedding, head, vectors) by AdamW. */
  readonly optimizer: 'adamw' | 'muon'
}

/** What a step of the optimizer is made with. */
export interface OptimizerStep {
  readonly settings: OptimizerSettings
  readonly vector: WeightVector
  /** bool [1]: else everything stays as it is. */
  readonly isGood: tf.Tensor1D
  /** float32 [2]: loss and gradient norm, from which that follows. */
  readonly metrics: tf.Tensor1D
  readonly ops: EngineOps
}

/** The weights of one vector of the layout, one step further. `gradient: float32 [P]` */
export type Optimize = (state: AdamWState, gradient: tf.Tensor1D, step: OptimizerStep) => AdamWState

/**
 * By the optimizer that the settings name. With Muon, the momentum of the hidden matrices lies where AdamW keeps its first
 * moment, and their second moment stays as it is.
 */
export function optimizeWith(rates: OptimizerRates<tf.Scalar>): Optimize {
  const byAdamW = (state: AdamWState, gradient: tf.Tensor1D, step: OptimizerStep, decayedSize: number): AdamWState =>
    adamW(state, gradient, step, rates, decayedSize)
  const byMuon: Optimize = ({ weights, expAvg, expAvgSq }, gradient, { vector, isGood }) => {
    const { update, buffer } = muon(gradient, expAvg, vector.hidden)
    const kept = (after: tf.Tensor1D, before: tf.Tensor1D): tf.Tensor1D => tf.where(isGood, after, before)
    const moved: tf.Tensor1D = weights.mul(rates.matrixDecayed).sub(update.mul(rates.matrixStepSize))
    return { weights: kept(moved, weights), expAvg: kept(buffer, expAvg), expAvgSq }
  }
  return (state, gradient, step) => {
    const { size, decayedSize, hiddenSize } = step.vector
    const ofMuon = step.settings.optimizer === 'muon' ? hiddenSize : 0
    if (ofMuon === 0) return byAdamW(state, gradient, step, decayedSize)
    if (ofMuon === size) return byMuon(state, gradient, step)
    const [hidden, other] = cut(state, ofMuon)
    const [ofHidden, ofOther] = tf.split<tf.Tensor1D>(gradient, [ofMuon, size - ofMuon]) as [tf.Tensor1D, tf.Tensor1D]
    return joined(byMuon(hidden, ofHidden, step), byAdamW(other, ofOther, step, decayedSize - ofMuon))
  }
}

/** Its first `count` numbers, and the rest. */
function cut({ weights, expAvg, expAvgSq }: AdamWState, count: number): [AdamWState, AdamWState] {
  const [w, m, v] = [weights, expAvg, expAvgSq].map((flat) =>
    tf.split<tf.Tensor1D>(flat, [count, flat.size - count]),
  ) as [tf.Tensor1D[], tf.Tensor1D[], tf.Tensor1D[]]
  const part = (i: 0 | 1): AdamWState => ({ weights: w[i], expAvg: m[i], expAvgSq: v[i] }) as AdamWState
  return [part(0), part(1)]
}

const joined = (first: AdamWState, rest: AdamWState): AdamWState => ({
  weights: tf.concat1d([first.weights, rest.weights]),
  expAvg: tf.concat1d([first.expAvg, rest.expAvg]),
  expAvgSq: tf.concat1d([first.expAvgSq, rest.expAvgSq]),
})
