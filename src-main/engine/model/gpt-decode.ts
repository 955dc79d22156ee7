import * as tf from '@tensorflow/tfjs'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { DecodeModel, DecodeOps } from './decode'
import { causalMask, gelu, layerNorm, maskedSoftmax } from './layers'

/** Mixes the values of the positions that this layer's queries may look at. q, k, v: [nHead, t, headDim] → like q */
type Attend = (layer: number, q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D) => tf.Tensor3D

const norm = (ops: DecodeOps, name: string, x: tf.Tensor2D): tf.Tensor2D =>
  layerNorm(x, ops.vector(`${name}.weight`), ops.vector(`${name}.bias`))

const linear = (ops: DecodeOps, name: string, x: tf.Tensor2D): tf.Tensor2D =>
  ops.matMul(x, `${name}.weight`).add(ops.vector(`${name}.bias`))

/** A model's blocks for one text. `ids, positions: int32 [t]` → logits after the last token: `[V]` */
export type BlocksOf = (
  config: RunConfig,
  ops: DecodeOps,
  ids: tf.Tensor1D,
  positions: tf.Tensor1D,
  attend: Attend,
) => tf.Tensor1D

/** The blocks of gpt.ts without dropout. */
const gptBlocks: BlocksOf = ({ nLayer, nHead, nEmbd }, ops, ids, positions, attend) => {
  const [length] = ids.shape
  let h = ops.rows('wte.weight', ids).add<tf.Tensor2D>(ops.rows('wpe.weight', positions)) // (t, D)
  for (let layer = 0; layer < nLayer; layer++) {
    const block = `h.${layer}`
    const [q, k, v] = linear(ops, `${block}.attn.c_attn`, norm(ops, `${block}.ln_1`, h))
      .reshape([length, 3, nHead, nEmbd / nHead])
      .transpose([1, 2, 0, 3]) // (3, nHead, t, headDim)
      .unstack() as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D]
    const mixed = attend(layer, q, k, v).transpose([1, 0, 2]).reshape<tf.Tensor2D>([length, nEmbd])
    h = h.add(linear(ops, `${block}.attn.c_proj`, mixed))
    const hidden = gelu(linear(ops, `${block}.mlp.c_fc`, norm(ops, `${block}.ln_2`, h)))
    h = h.add(linear(ops, `${block}.mlp.c_proj`, hidden))
  }
  return ops.matMulTable(norm(ops, 'ln_f', ops.last(h)), 'wte.weight').as1D()
}

/**
 * Keys and values of each layer are remembered, `[nHead, capacity, headDim]` each: key, value, key, value, ...
 * Room that is not filled yet lies behind the mask, where the softmax gives an exact 0.
 */
export function cachedAttention(config: RunConfig, logitsOf: BlocksOf, tables: readonly string[]): DecodeModel {
  const { nLayer, nHead, nEmbd, blockSize } = config
  const headDim = nEmbd / nHead
  const scale = 1 / Math.sqrt(headDim)
  return {
    window: blockSize,
    tables,
    padded: true,
    memoryShapes: (capacity) => Array.from({ length: 2 * nLayer }, () => [nHead, capacity, headDim]),
    pass(ops, ids, position, memory) {
      // Padding may reach beyond the window, where a table has no row.
      const lastOfWindow = tf.scalar(blockSize - 1, 'int32')
      const positions = tf.range(0, ids.shape[0], 1, 'int32').add(position).minimum<tf.Tensor1D>(lastOfWindow)
      const mask = causalMask(positions, memory[0]?.shape[1] ?? 0)
      const next: tf.Tensor[] = []
      const logits = logitsOf(config, ops, ids, positions, (layer, q, k, v) => {
        const keys = ops.remember(memory[2 * layer] as tf.Tensor3D, k)
        const values = ops.remember(memory[2 * layer + 1] as tf.Tensor3D, v)
        next.push(keys, values)
        return tf.matMul(maskedSoftmax(tf.matMul<tf.Tensor3D>(q, keys, false, true), mask, scale), values)
      })
      return { logits, memory: next }
    },
  }
}

export const gptDecode = (config: RunConfig): DecodeModel =>
  cachedAttention(config, gptBlocks, ['wte.weight', 'wpe.weight'])
