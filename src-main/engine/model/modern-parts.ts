import * as tf from '@tensorflow/tfjs'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import { gelu, layerNorm, reluSquared, rmsNorm, rotary, rotaryTurns } from './layers'

/** The parts of a modern GPT that can be exchanged, as a config names them; the forward pass and talking share them. */
export interface ModernParts {
  /** Over the last axis, without weights. `[N, D]` → like x */
  norm(x: tf.Tensor2D): tf.Tensor2D
  activation(x: tf.Tensor2D): tf.Tensor2D
  /** Of what is looked up for a token, before the blocks. `[N, D]` → like x */
  embedded(x: tf.Tensor2D): tf.Tensor2D
  /** What `placed` needs to know of the positions, once a pass. `positions: int32 [T]` */
  places(positions: tf.Tensor1D): Places
  /** Queries or keys at their positions. `x: [..., T, headDim]` → like x */
  placed<T extends tf.Tensor>(x: T, places: Places): T
}

/** `cos` and `sin` of the angles by which rotary positions turn; learned positions need nothing here. */
export type Places = Readonly<Record<string, tf.Tensor>>

export function modernParts({ norm, activation, positions, queryKeyNorm, nEmbd, nHead }: RunConfig): ModernParts {
  return {
    norm: norm === 'rms' ? rmsNorm : plainLayerNorm,
    activation: activation === 'relu2' ? reluSquared : gelu,
    embedded: norm === 'rms' ? rmsNorm : (x) => x,
    places: (at) => (positions === 'rotary' ? rotaryTurns(at, nEmbd / nHead) : {}),
    placed: <T extends tf.Tensor>(x: T, { cos, sin }: Places): T => {
      const turned = cos && sin ? rotary(x, cos, sin) : x
      return queryKeyNorm === 'on' ? rmsNorm(turned) : turned
    },
  }
}

function plainLayerNorm(x: tf.Tensor2D): tf.Tensor2D {
  const [, width] = x.shape
  return layerNorm(x, tf.ones([width]), tf.zeros([width]))
}
