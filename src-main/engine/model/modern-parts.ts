import * as tf from '@tensorflow/tfjs'
import type { RunConfig } from '../../../src-preload/contract/records'
import { gelu, layerNorm, reluSquared, rmsNorm, rotary } from './layers'

/** The parts of a modern GPT that can be exchanged, as a config names them; the forward pass and talking share them. */
export interface ModernParts {
  /** Over the last axis, without weights. `[N, D]` → like x */
  norm(x: tf.Tensor2D): tf.Tensor2D
  activation(x: tf.Tensor2D): tf.Tensor2D
  /** Of what is looked up for a token, before the blocks. `[N, D]` → like x */
  embedded(x: tf.Tensor2D): tf.Tensor2D
  /** Queries or keys at their positions. `x: [..., T, headDim]`, `positions: int32 [T]` → like x */
  placed<T extends tf.Tensor>(x: T, positions: tf.Tensor1D): T
}

export function modernParts({ norm, activation, positions, queryKeyNorm }: RunConfig): ModernParts {
  return {
    norm: norm === 'rms' ? rmsNorm : plainLayerNorm,
    activation: activation === 'relu2' ? reluSquared : gelu,
    embedded: norm === 'rms' ? rmsNorm : (x) => x,
    placed: <T extends tf.Tensor>(x: T, at: tf.Tensor1D): T => {
      const turned = positions === 'rotary' ? rotary(x, at) : x
      return queryKeyNorm === 'on' ? rmsNorm(turned) : turned
    },
  }
}

function plainLayerNorm(x: tf.Tensor2D): tf.Tensor2D {
  const [, width] = x.shape
  return layerNorm(x, tf.ones([width]), tf.zeros([width]))
}
