import type * as tf from '@tensorflow/tfjs'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
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
  /**
   * memory: float32 [H, C, d] with the rows of this pass's tokens replaced by `rows`: float32 [H, t, d]. The memory that
   * was given may change too.
   */
  remember(memory: tf.Tensor3D, rows: tf.Tensor3D): tf.Tensor3D
  /** The row of the last of this pass's tokens. x: float32 [t, D] → float32 [1, D] */
  last(x: tf.Tensor2D): tf.Tensor2D
}

export interface Decoded {
  /** Of the token after the last one: float32 [V]. */
  readonly logits: tf.Tensor1D
  /** In the shapes of `memoryShapes`. */
  readonly memory: tf.Tensor[]
}

/** How a model continues a text. A pass is a pure function; the engine may run it or record it. */
export interface DecodeModel {
  /** The most positions that it can look back on; null: what it remembers has one size however long the text is. */
  readonly window: number | null
  /** The weights that are tables [V, D]; every other matrix is [in, out]. */
  readonly tables: readonly string[]
  /**
   * Whether a pass may be given more ids than there are tokens. What it then remembers of the rest is never looked at: it is
   * behind the last token, and the next ones take its place.
   */
  readonly padded: boolean
  /** What is remembered of at most `capacity` positions. */
  memoryShapes(capacity: number): readonly (readonly number[])[]
  /**
   * Some tokens more. ids: int32 [t]; position: int32 [1], how many tokens came before them; memory: of those, in the
   * shapes of `memoryShapes`, with room for t more
   */
  pass(ops: DecodeOps, ids: tf.Tensor1D, position: tf.Tensor1D, memory: readonly tf.Tensor[]): Decoded
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
