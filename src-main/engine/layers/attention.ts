import * as tf from '@tensorflow/tfjs'
import type { Attention, EngineOps } from '../ops'
import { withGradient } from './custom-gradient'

/**
 * Attention of whole texts, in the engine's kernel where it has one. → like q
 * @param dropout of the attention's weights
 */
export function attend(ops: EngineOps, { q, k, v, mask, site }: Attention, dropout: number): tf.Tensor4D {
  const [batch, nHead, length, headDim] = q.shape
  const scale = 1 / Math.sqrt(headDim)
  const [keys, values] = [k, v].map((each) => repeatHeads(each, nHead / each.shape[1])) as [tf.Tensor4D, tf.Tensor4D]
  // A kernel would draw masks of its own.
  const fused = dropout === 0 ? ops.attention(q, keys, values, scale) : null
  if (fused) return fused
  const drop = ops.dropMask([batch, nHead, length, length], dropout, site) as tf.Tensor4D | null
  return causalAttention(ops, [q, keys, values], mask, scale, drop, blocksOf(length, ops.queryBlocks(length)))
}

/**
 * Attention of some tokens of one text to all of it: keys and values of those before are in the cache. What is not filled yet
 * lies behind the mask, where the softmax gives an exact 0. → like q
 */
export function attendCached({ q, k, v, mask, index, cache }: Attention): tf.Tensor4D {
  if (!cache) throw new Error('decode: attention without a cache')
  const [, nHead, length, headDim] = q.shape
  const nKvHead = k.shape[1]
  const keys = cache.append(2 * index, k.squeeze([0])) // (nKvHead, capacity, headDim)
  const values = cache.append(2 * index + 1, v.squeeze([0]))
  // The heads of queries that share a head of keys, one after the other in its rows.
  const queries = q.reshape<tf.Tensor3D>([nKvHead, (nHead / nKvHead) * length, headDim])
  const scores = tf.matMul<tf.Tensor3D>(queries, keys, false, true)
  const masked = scores
    .reshape([nHead, length, cache.capacity])
    .mul(1 / Math.sqrt(headDim))
    .add(mask)
  const weights = tf.softmax(masked).reshape<tf.Tensor3D>(scores.shape)
  return tf.matMul<tf.Tensor3D>(weights, values).reshape([1, nHead, length, headDim])
}

/** Each head `times` times, one after the other. `x: [B, nHead, T, headDim]` → `[B, nHead · times, T, headDim]` */
function repeatHeads(x: tf.Tensor4D, times: number): tf.Tensor4D {
  if (times === 1) return x
  const [batch, heads, length, width] = x.shape
  return withGradient<tf.Tensor4D>([x], () => ({
    value: tf
      .tile(x.reshape([batch * heads, 1, length * width]), [1, times, 1])
      .reshape([batch, heads * times, length, width]),
    saved: [],
    gradient: (dy) =>
      dy
        .reshape([batch * heads, times, length * width])
        .sum(1)
        .reshape([batch, heads, length, width]),
  }))
}

/** Queries `[from, to)`, which see no key from `to` on. */
interface Block {
  readonly from: number
  readonly to: number
}

/** Of nearly one height. */
export function blocksOf(length: number, count: number): Block[] {
  const at = (i: number): number => Math.round((length * i) / count)
  return Array.from({ length: count }, (_, i) => ({ from: at(i), to: at(i + 1) }))
}

/** Places `[from, to)` of `x: [B, nHead, T, width]`. */
function places(x: tf.Tensor4D, from: number, to: number): tf.Tensor4D {
  const [batch, heads, length, width] = x.shape
  return to - from === length ? x : x.slice([0, 0, from, 0], [batch, heads, to - from, width])
}

const joined = (parts: tf.Tensor4D[]): tf.Tensor4D =>
  parts.length === 1 ? (parts[0] as tf.Tensor4D) : tf.concat(parts, 2)

/** The sum of `[B, nHead, to, headDim]` of each block → `[B, nHead, T, headDim]` */
const summed = (parts: readonly tf.Tensor4D[], blocks: readonly Block[]): tf.Tensor4D =>
  joined(
    blocks.map(({ from, to }, i) =>
      parts
        .slice(i)
        .map((part) => places(part, from, to))
        .reduce((sum, part) => sum.add(part)),
    ),
  )

/** What a block's backward pass needs besides q, k and v. */
interface Kept {
  /** `[B, nHead, rows, headDim]` */
  readonly value: tf.Tensor4D
  /** exp(score − the highest of its row): `[B, nHead, rows, seen]` */
  readonly numerator: tf.Tensor4D
  /** Of the numerators of a row: `[B, nHead, rows, 1]` */
  readonly total: tf.Tensor4D
  /** 0 or what dropout multiplies by, like numerator; null: nothing drops. */
  readonly drop: tf.Tensor4D | null
}

/**
 * softmax(q · kᵀ · scale + mask) · v (Vaswani et al. 2017), each block of queries with the keys that it may see. A row is
 * divided by its total after the product with v, where it is shortest; the backward pass has the mean of the softmax's
 * gradient from dy · value (Dao et al. 2022, "FlashAttention", appendix B.2), without another sum over the keys.
 *
 * `q, k, v: [B, nHead, T, headDim]`, `mask: [T, T]` (`causalMask`) → like q
 * @param drop `[B, nHead, T, T]`: 0 or what dropout multiplies by; null: nothing drops
 */
export function causalAttention(
  ops: EngineOps,
  [q, k, v]: readonly [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D],
  mask: tf.Tensor2D,
  scale: number,
  drop: tf.Tensor4D | null,
  blocks: readonly Block[],
): tf.Tensor4D {
  return withGradient<tf.Tensor4D>([q, k, v], () => {
    const kept = blocks.map((block): Kept => {
      const { from, to } = block
      const scores = tf.matMul<tf.Tensor4D>(places(q, from, to), places(k, 0, to), false, true) // (B, nHead, rows, seen)
      const masked = scores.mul(scale).add(mask.slice([from, 0], [to - from, to]))
      const numerator = ops.asOperand(masked.sub<tf.Tensor4D>(masked.max(-1, true)).exp())
      const total = numerator.sum<tf.Tensor4D>(-1, true)
      const [batch, heads] = q.shape
      const dropped = drop?.slice([0, 0, from, 0], [batch, heads, to - from, to]) ?? null
      const mixed = tf.matMul<tf.Tensor4D>(dropped ? numerator.mul<tf.Tensor4D>(dropped) : numerator, places(v, 0, to))
      return { value: mixed.div(total), numerator, total, drop: dropped }
    })
    return {
      value: joined(kept.map(({ value }) => value)),
      saved: [
        q,
        k,
        v,
        ...kept.flatMap(({ value, numerator, total, drop }) => [value, numerator, total, ...(drop ? [drop] : [])]),
      ],
      gradient: (dy, saved) => {
        const [q, k, v, ...rest] = saved as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, ...tf.Tensor4D[]]
        const each = rest.length / blocks.length
        const slopes = blocks.map((block, i) => {
          const [value, numerator, total, drop] = rest.slice(i * each, (i + 1) * each)
          const own = { value, numerator, total, drop: drop ?? null } as Kept
          return slopesOf(block, own, [q, k, v], scale, dy)
        })
        return [
          joined(slopes.map(([dq]) => dq)),
          summed(
            slopes.map(([, dk]) => dk),
            blocks,
          ),
          summed(
            slopes.map(([, , dv]) => dv),
            blocks,
          ),
        ]
      },
    }
  })
}

/** @returns of the block's queries, and of the keys and values that it sees */
function slopesOf(
  { from, to }: Block,
  { value, numerator, total, drop }: Kept,
  [q, k, v]: readonly [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D],
  scale: number,
  dy: tf.Tensor4D,
): [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D] {
  const dMixed = places(dy, from, to).div<tf.Tensor4D>(total)
  const mean = dMixed.mul(value).sum(-1, true)
  const dWeights = tf.matMul<tf.Tensor4D>(dMixed, places(v, 0, to), false, true) // (B, nHead, rows, seen)
  const dScores = numerator.mul((drop ? dWeights.mul(drop) : dWeights).sub(mean)).mul<tf.Tensor4D>(scale)
  return [
    tf.matMul<tf.Tensor4D>(dScores, places(k, 0, to)),
    tf.matMul<tf.Tensor4D>(dScores, places(q, from, to), true, false),
    tf.matMul<tf.Tensor4D>(drop ? numerator.mul<tf.Tensor4D>(drop) : numerator, dMixed, true, false),
  ]
}
