import * as tf from '@tensorflow/tfjs'
import type { ModelOps } from '../ops'
import { gelu, swiGlu } from './activation'
import { layerNorm, rmsNorm } from './norm'
import { rotaryTable, rotate } from './rotary'

/** What a position may look at: 0 there, −1e9 at later positions, which the softmax turns into an exact 0. */
export function causalMask(positions: tf.Tensor1D, count: number): tf.Tensor2D {
  return tf.tidy(() =>
    tf.range(0, count, 1, 'int32').greater(positions.expandDims(1)).cast('float32').mul<tf.Tensor2D>(-1e9),
  )
}

/** What a model asks for that has no weights and is the same wherever it runs. */
export const sharedOps = {
  gelu,
  swiGlu,
  positions: (length) => tf.range(0, length, 1, 'int32'),
  causalMask,
  rotaryTable,
  rotate,
} satisfies Partial<ModelOps>

/** The norms, of vectors by name. */
export const normsBy = (vector: ModelOps['vector']): Pick<ModelOps, 'layerNorm' | 'rmsNorm'> => ({
  layerNorm: (x, layer) => layerNorm(x, vector(`${layer}.weight`), vector(`${layer}.bias`)),
  rmsNorm: (x, layer, epsilon) => rmsNorm(x, vector(`${layer}.weight`), epsilon),
})
