import type * as tf from '@tensorflow/tfjs'
import type { RunConfig } from '../../../src-preload/contract/records'
import { gptDecode } from './gpt-decode'
import { lstmDecode } from './lstm-decode'
import { modernDecode } from './modern-decode'

/**
 * What a model computes with when it talks. Weights go by name: the engine holds them, in the width and layout that it
 * reads fastest. Like a forward pass, it is plain TensorFlow.js besides, and must not read a value on the host.
 */
export interface DecodeOps {
  /** x · weight, where the model's weight is [in, out]. x: float32 [N, in] → float32 [N, out] */
  matMul(x: tf.Tensor2D, weight: string): tf.Tensor2D
  /** x · tableᵀ. x: float32 [N, D], table: [V, D] → float32 [N, V] */
  matMulTable(x: tf.Tensor2D, table: string): tf.Tensor2D
  /** Rows of a table [V, D]. ids: int32 [N] → float32 [N, D] */
  rows(table: string, ids: tf.Tensor1D): tf.Tensor2D
  vector(name: string): tf.Tensor1D
  /** memory: float32 [H, C, d] with its rows at `position` (int32 [1]) replaced by `row`: float32 [H, 1, d] */
  remember(memory: tf.Tensor3D, row: tf.Tensor3D, position: tf.Tensor1D): tf.Tensor3D
}

export interface Decoded {
  /** Of the token after the last one: float32 [V]. */
  readonly logits: tf.Tensor1D
  /** In the shapes of `memoryShapes`. */
  readonly memory: tf.Tensor[]
}

/** How a model continues a text. Both passes are pure functions; the engine may run them or record them. */
export interface DecodeModel {
  /** The most positions that it can look back on; null: what it remembers has one size however long the text is. */
  readonly window: number | null
  /** The weights that are tables [V, D]; every other matrix is [in, out]. */
  readonly tables: readonly string[]
  /** What is remembered of at most `capacity` positions. */
  memoryShapes(capacity: number): readonly (readonly number[])[]
  /** A text from its beginning, in one pass. ids: int32 [t], t ≤ capacity */
  prompt(ops: DecodeOps, ids: tf.Tensor1D, capacity: number): Decoded
  /** One token more. id: int32 [1]; position: int32 [1], how many tokens came before it */
  step(ops: DecodeOps, id: tf.Tensor1D, position: tf.Tensor1D, memory: readonly tf.Tensor[]): Decoded
}

/** The way of talking of the model that the configuration names. */
export function decodeModelOf(config: RunConfig): DecodeModel {
  switch (config.model) {
    case 'gpt':
      return gptDecode(config)
    case 'modern':
      return modernDecode(config)
    case 'lstm':
      return lstmDecode(config)
  }
}
