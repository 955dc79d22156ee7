import * as tf from '@tensorflow/tfjs'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { Forward, ModelOps, Weights } from '../runtime/ops'
import { throughBlock } from './checkpointing'
import { attend, dropoutSite, joinHeads, splitHeads } from './heads'
import { causalMask, gelu, layerNorm, linear } from './layers'
import { matrix, vector } from './weights'

/**
 * GPT-2 as in nanoGPT's model.py: learned positions, pre-norm blocks, exact GELU, head tied to the embedding.
 * Dropout is at the same places and draws other masks.
 */

interface Pass {
  readonly config: RunConfig
  readonly weights: Weights
  readonly ops: ModelOps
  readonly batch: number
  readonly length: number
  /** `[length, length]` */
  readonly mask: tf.Tensor2D
}

/** `x: [B·T, D]` → `[B·T, D]` */
function attention(pass: Pass, layer: number, x: tf.Tensor2D): tf.Tensor2D {
  const { config, weights, ops, batch, length, mask } = pass
  const { nHead, dropout } = config
  const site = layer * dropoutSite.perLayer
  const together = linear(
    x,
    matrix(weights, `h.${layer}.attn.c_attn.weight`),
    vector(weights, `h.${layer}.attn.c_attn.bias`),
  )
  const [q, k, v] = splitHeads(together, [batch, length], nHead)
  const mixed = attend(ops, [q, k, v], mask, dropout, site + dropoutSite.attention)
  const out = linear(
    joinHeads(mixed),
    matrix(weights, `h.${layer}.attn.c_proj.weight`),
    vector(weights, `h.${layer}.attn.c_proj.bias`),
  )
  return ops.dropout(out, dropout, site + dropoutSite.attentionOut)
}

/** `x: [B·T, D]` → `[B·T, D]` */
function mlp({ config, weights, ops }: Pass, layer: number, x: tf.Tensor2D): tf.Tensor2D {
  const hidden = gelu(
    linear(x, matrix(weights, `h.${layer}.mlp.c_fc.weight`), vector(weights, `h.${layer}.mlp.c_fc.bias`)),
  )
  const out = linear(
    hidden,
    matrix(weights, `h.${layer}.mlp.c_proj.weight`),
    vector(weights, `h.${layer}.mlp.c_proj.bias`),
  )
  return ops.dropout(out, config.dropout, layer * dropoutSite.perLayer + dropoutSite.mlpOut)
}

function norm(weights: Weights, name: string, x: tf.Tensor2D): tf.Tensor2D {
  return layerNorm(x, vector(weights, `${name}.weight`), vector(weights, `${name}.bias`))
}

/** The residual stream after the last norm. `x: int32 [B, T]`, T ≤ blockSize → `[B·T, D]` */
function hiddenOf(config: RunConfig, weights: Weights, x: tf.Tensor2D, ops: ModelOps): tf.Tensor2D {
  const [batch, length] = x.shape
  const { blockSize, nEmbd, nLayer, dropout } = config
  if (length > blockSize) throw new Error(`Expected at most ${blockSize} positions, got ${length}`)
  const tokens = ops
    .embedding(matrix(weights, 'wte.weight'), x.reshape([batch * length]))
    .reshape([batch, length, nEmbd])
  const table = matrix(weights, 'wpe.weight')
  const positions = length === blockSize ? table : table.slice([0, 0], [length, nEmbd])
  let h = ops
    .dropout(tokens.add(positions), dropout, dropoutSite.embedding)
    .reshape<tf.Tensor2D>([batch * length, nEmbd])
  const shared = { mask: causalMask(tf.range(0, length, 1, 'int32'), length) }
  for (let layer = 0; layer < nLayer; layer++) {
    h = throughBlock(config, layer, weights, h, ops, shared, (weights, h, ops, shared) => {
      const pass = { config, weights, ops, batch, length, ...shared }
      const mixed = h.add<tf.Tensor2D>(attention(pass, layer, norm(weights, `h.${layer}.ln_1`, h)))
      return mixed.add(mlp(pass, layer, norm(weights, `h.${layer}.ln_2`, mixed)))
    })
  }
  return norm(weights, 'ln_f', h)
}

/** `x: int32 [B, T]` → what makes the logits; the head is the embedding table (Press and Wolf 2017). */
export function gptForward(config: RunConfig): Forward {
  return (weights, x, ops) => ({
    hidden: hiddenOf(config, weights, x, ops),
    weight: matrix(weights, 'wte.weight'),
    isTable: true,
    bias: null,
  })
}
