import type * as tf from '@tensorflow/tfjs'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { DecodeModel } from './decode'
import { cachedAttention, type BlocksOf } from './gpt-decode'
import { modernParts } from './modern-parts'

/** The blocks of modern.ts without dropout, for one text; keys are remembered turned and normed. */
const modernBlocks: BlocksOf = (config, ops, ids, positions, attend) => {
  const { nLayer, nHead, nEmbd } = config
  const parts = modernParts(config)
  const [length] = ids.shape
  const heads = (x: tf.Tensor2D): tf.Tensor3D =>
    x.reshape([length, nHead, nEmbd / nHead]).transpose<tf.Tensor3D>([1, 0, 2]) // (nHead, t, headDim)
  const places = parts.places(positions)
  const tokens = ops.rows('wte.weight', ids)
  const learned = config.positions === 'learned'
  let h = parts.embedded(learned ? tokens.add<tf.Tensor2D>(ops.rows('wpe.weight', positions)) : tokens) // (t, D)
  for (let layer = 0; layer < nLayer; layer++) {
    const block = `h.${layer}`
    const normed = parts.norm(h)
    const [q, k, v] = ['c_q', 'c_k', 'c_v'].map((part) =>
      heads(ops.matMul(normed, `${block}.attn.${part}.weight`)),
    ) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D]
    const [query, key] = [parts.placed(q, places), parts.placed(k, places)]
    const mixed = attend(layer, query, key, v).transpose([1, 0, 2]).reshape<tf.Tensor2D>([length, nEmbd])
    h = h.add(ops.matMul(mixed, `${block}.attn.c_proj.weight`))
    const hidden = parts.activation(ops.matMul(parts.norm(h), `${block}.mlp.c_fc.weight`))
    h = h.add(ops.matMul(hidden, `${block}.mlp.c_proj.weight`))
  }
  return ops.matMul(parts.norm(ops.last(h)), 'lm_head.weight').as1D()
}

export const modernDecode = (config: RunConfig): DecodeModel =>
  cachedAttention(config, modernBlocks, config.positions === 'learned' ? ['wte.weight', 'wpe.weight'] : ['wte.weight'])
