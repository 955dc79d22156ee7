import * as tf from '@tensorflow/tfjs'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { Forward, ModelOps, Weights } from '../runtime/ops'
import { throughBlock } from './checkpointing'
import { attend, dropoutSite, joinHeads, splitHeads } from './heads'
import { causalMask } from './layers'
import { modernParts, type ModernParts, type Places } from './modern-parts'
import { matrix } from './weights'

/**
 * A GPT as nanochat and modded-nanogpt build it: rotary positions (Su et al. 2021), queries and keys normed (Henry et
 * al. 2020), RMSNorm without weights (Zhang and Sennrich 2019), ReLU² (So et al. 2021), projections and head that start
 * at zero, a head of its own, no biases. Each part can be exchanged for GPT-2's (modern-parts.ts; the start is in
 * plan/shapes.ts): with all of them exchanged it is gpt.ts without biases. Dropout where gpt.ts has it.
 */

interface Pass {
  readonly config: RunConfig
  readonly parts: ModernParts
  readonly weights: Weights
  readonly ops: ModelOps
  readonly batch: number
  readonly length: number
  readonly places: Places
  /** `[length, length]` */
  readonly mask: tf.Tensor2D
}

/** `x: [B·T, D]` → `[B·T, D]` */
function attention(pass: Pass, layer: number, x: tf.Tensor2D): tf.Tensor2D {
  const { config, parts, weights, ops, batch, length, places, mask } = pass
  const { nHead, dropout } = config
  const site = layer * dropoutSite.perLayer
  const name = `h.${layer}.attn`
  const together = tf.concat(
    ['c_q', 'c_k', 'c_v'].map((part) => matrix(weights, `${name}.${part}.weight`)),
    1,
  )
  const [q, k, v] = splitHeads(tf.matMul(x, together), [batch, length], nHead)
  const placed = [parts.placed(q, places), parts.placed(k, places), v] as const
  const mixed = attend(ops, placed, mask, dropout, site + dropoutSite.attention)
  const out = tf.matMul<tf.Tensor2D>(joinHeads(mixed), matrix(weights, `${name}.c_proj.weight`))
  return ops.dropout(out, dropout, site + dropoutSite.attentionOut)
}

/** `x: [B·T, D]` → `[B·T, D]` */
function mlp({ config, parts, weights, ops }: Pass, layer: number, x: tf.Tensor2D): tf.Tensor2D {
  const hidden = parts.activation(tf.matMul(x, matrix(weights, `h.${layer}.mlp.c_fc.weight`)))
  const out = tf.matMul<tf.Tensor2D>(hidden, matrix(weights, `h.${layer}.mlp.c_proj.weight`))
  return ops.dropout(out, config.dropout, layer * dropoutSite.perLayer + dropoutSite.mlpOut)
}

/** `tokens: [B·T, D]` → like tokens */
function addPositions(weights: Weights, tokens: tf.Tensor2D, length: number): tf.Tensor2D {
  const table = matrix(weights, 'wpe.weight')
  const width = table.shape[1]
  const used = length === table.shape[0] ? table : table.slice([0, 0], [length, width])
  return tokens.reshape([-1, length, width]).add(used).reshape(tokens.shape)
}

/** `x: int32 [B, T]` → what makes the logits */
export function modernForward(config: RunConfig): Forward {
  const parts = modernParts(config)
  return (weights, x, ops) => {
    const [batch, length] = x.shape
    const tokens = ops.embedding(matrix(weights, 'wte.weight'), x.reshape([batch * length]))
    const start = parts.embedded(config.positions === 'learned' ? addPositions(weights, tokens, length) : tokens)
    let h = ops.dropout(start, config.dropout, dropoutSite.embedding) // (B·T, D)
    const positions = tf.range(0, length, 1, 'int32')
    const shared = { mask: causalMask(positions, length), ...parts.places(positions) }
    for (let layer = 0; layer < config.nLayer; layer++) {
      h = throughBlock(config, layer, weights, h, ops, shared, (weights, h, ops, { mask, ...places }) => {
        const pass = { config, parts, weights, ops, batch, length, mask, places }
        const mixed = h.add<tf.Tensor2D>(attention(pass, layer, parts.norm(h)))
        return mixed.add(mlp(pass, layer, parts.norm(mixed)))
      })
    }
    return { hidden: parts.norm(h), weight: matrix(weights, 'lm_head.weight'), isTable: false, bias: null }
  }
}
