import type * as tf from '@tensorflow/tfjs'
import type { ModelOps } from '../runtime/ops'
import { blocksOf, causalAttention } from './attention'

/** What gpt.ts and modern.ts do alike around their attention. */

/** Each place that drops needs a number of its own, or two places would drop alike. */
export const dropoutSite = { embedding: 0, attention: 1, attentionOut: 2, mlpOut: 3, perLayer: 3 } as const

/** `together: [B·T, 3·D]`, queries, keys and values beside each other → `[B, nHead, T, headDim]` each */
export function splitHeads(
  together: tf.Tensor2D,
  [batch, length]: readonly [number, number],
  nHead: number,
): [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D] {
  const headDim = together.shape[1] / 3 / nHead
  return together
    .reshape([batch, length, 3, nHead, headDim])
    .transpose([2, 0, 3, 1, 4]) // (3, B, nHead, T, headDim)
    .split(3, 0)
    .map((part) => part.reshape<tf.Tensor4D>([batch, nHead, length, headDim])) as [
    tf.Tensor4D,
    tf.Tensor4D,
    tf.Tensor4D,
  ]
}

/** `[B, nHead, T, headDim]` → `[B·T, D]` */
export function joinHeads(mixed: tf.Tensor4D): tf.Tensor2D {
  const [batch, nHead, length, headDim] = mixed.shape
  return mixed.transpose([0, 2, 1, 3]).reshape<tf.Tensor2D>([batch * length, nHead * headDim])
}

/**
 * Causal attention: each position's mean of the values up to it, by the likeness of query and key.
 *
 * `q, k, v: [B, nHead, T, headDim]`, `mask: [T, T]` (`causalMask`) → like q
 * @param site of the dropout of the weights
 */
export function attend(
  ops: ModelOps,
  [q, k, v]: readonly [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D],
  mask: tf.Tensor2D,
  dropout: number,
  site: number,
): tf.Tensor4D {
  const scale = 1 / Math.sqrt(q.shape[3])
  // A kernel would draw masks of its own.
  const fused = dropout === 0 ? ops.attention(q, k, v, scale) : null
  if (fused) return fused
  const [batch, nHead, length] = q.shape
  const drop = ops.dropMask([batch, nHead, length, length], dropout, site) as tf.Tensor4D | null
  return causalAttention(ops, [q, k, v], mask, scale, drop, blocksOf(length, ops.queryBlocks(length)))
}
