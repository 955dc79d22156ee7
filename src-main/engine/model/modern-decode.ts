import type * as tf from '@tensorflow/tfjs'
import type { RunConfig } from '../../../src-preload/contract/records'
import type { DecodeModel } from './decode'
import { cachedAttention, type BlocksOf } from './gpt-decode'
import { reluSquared, rmsNorm, rotary } from './layers'

/** The blocks of modern.ts without dropout, for one text; keys are remembered turned and normed. */
const modernBlocks: BlocksOf = ({ nLayer, nHead, nEmbd }, ops, ids, positions, attend) => {
  const [length] = ids.shape
  const heads = (x: tf.Tensor2D): tf.Tensor3D =>
    x.reshape([length, nHead, nEmbd / nHead]).transpose<tf.Tensor3D>([1, 0, 2]) // (nHead, t, headDim)
  let h = rmsNorm(ops.rows('wte.weight', ids)) // (t, D)
  for (let layer = 0; layer < nLayer; layer++) {
    const block = `h.${layer}`
    const normed = rmsNorm(h)
    const [q, k, v] = ['c_q', 'c_k', 'c_v'].map((part) =>
      heads(ops.matMul(normed, `${block}.attn.${part}.weight`)),
    ) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D]
    const turn = (part: tf.Tensor3D): tf.Tensor3D => rmsNorm(rotary(part, positions))
    const mixed = attend(layer, turn(q), turn(k), v).transpose([1, 0, 2]).reshape<tf.Tensor2D>([length, nEmbd])
    h = h.add(ops.matMul(mixed, `${block}.attn.c_proj.weight`))
    const hidden = reluSquared(ops.matMul(rmsNorm(h), `${block}.mlp.c_fc.weight`))
    h = h.add(ops.matMul(hidden, `${block}.mlp.c_proj.weight`))
  }
  const last = h.slice([length - 1, 0], [1, nEmbd])
  return ops.matMul(rmsNorm(last), 'lm_head.weight').as1D()
}

export const modernDecode = (config: RunConfig): DecodeModel => cachedAttention(config, modernBlocks, ['wte.weight'])
