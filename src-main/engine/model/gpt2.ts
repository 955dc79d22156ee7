import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs'
import type { Cache, ModelOps } from '../ops'
import { dropoutSite, type Architecture } from './architecture'
import { joinHeads, keyValueShapes, placesOf } from './heads'
import { hiddenMatrix, normal, ones, table, vector, zeros } from './weight-table'

export interface Gpt2Config {
  readonly vocabSize: number
  /** Positions. */
  readonly window: number
  readonly nLayer: number
  readonly nHead: number
  /** Width of the residual stream. */
  readonly nEmbd: number
}

/** What the blocks of a pass have in common. */
interface Pass {
  readonly config: Gpt2Config
  readonly batch: number
  readonly length: number
  readonly cache: Cache | undefined
}

/** `together: [B·T, 3·D]`, queries, keys and values beside each other → `[B, nHead, T, headDim]` each */
function splitFused(together: Tensor2D, { config, batch, length }: Pass): [Tensor4D, Tensor4D, Tensor4D] {
  const { nHead, nEmbd } = config
  const headDim = nEmbd / nHead
  return together
    .reshape([batch, length, 3, nHead, headDim])
    .transpose([2, 0, 3, 1, 4]) // (3, B, nHead, T, headDim)
    .split(3, 0)
    .map((part) => part.reshape<Tensor4D>([batch, nHead, length, headDim])) as [Tensor4D, Tensor4D, Tensor4D]
}

/** `x, mask: [B·T, D], [T, ...]` → `[B·T, D]` */
function attention(pass: Pass, ops: ModelOps, index: number, x: Tensor2D, mask: Tensor2D): Tensor2D {
  const first = index * dropoutSite.perLayer
  const [q, k, v] = splitFused(ops.linear(x, `h.${index}.attn.c_attn`), pass)
  const mixed = ops.attention({ q, k, v, mask, site: first + dropoutSite.attention, index, cache: pass.cache })
  return ops.dropout(ops.linear(joinHeads(mixed), `h.${index}.attn.c_proj`), first + dropoutSite.attentionOut)
}

/** `x: [B·T, D]` → `[B·T, D]` */
function mlp(ops: ModelOps, index: number, x: Tensor2D): Tensor2D {
  const hidden = ops.gelu(ops.linear(x, `h.${index}.mlp.c_fc`))
  return ops.dropout(ops.linear(hidden, `h.${index}.mlp.c_proj`), index * dropoutSite.perLayer + dropoutSite.mlpOut)
}

/**
 * GPT-2 as in nanoGPT's model.py: learned positions, pre-norm blocks, exact GELU, head tied to the embedding (Press and Wolf
 * 2017). Dropout is at the same places and draws other masks. Linear weights are [in, out], as in GPT-2's own Conv1D
 * (nn.Linear keeps [out, in]). Residual projections start with std 0.02 / sqrt(2 · nLayer) (GPT-2 paper, section 2.3).
 */
export const gpt2: Architecture<Gpt2Config> = {
  configFrom: ({ nLayer, nHead, nEmbd, blockSize }, vocabSize) => ({
    vocabSize,
    window: blockSize,
    nLayer,
    nHead,
    nEmbd,
  }),

  weightShapes({ vocabSize, window, nLayer, nEmbd: d }) {
    const residual = normal(0.02 / Math.sqrt(2 * nLayer))
    const blocks = Array.from({ length: nLayer }, (_, i) => [
      vector(`h.${i}.ln_1.weight`, d, ones),
      vector(`h.${i}.ln_1.bias`, d, zeros),
      hiddenMatrix(`h.${i}.attn.c_attn.weight`, [d, 3 * d], normal(0.02), 3),
      vector(`h.${i}.attn.c_attn.bias`, 3 * d, zeros),
      hiddenMatrix(`h.${i}.attn.c_proj.weight`, [d, d], residual),
      vector(`h.${i}.attn.c_proj.bias`, d, zeros),
      vector(`h.${i}.ln_2.weight`, d, ones),
      vector(`h.${i}.ln_2.bias`, d, zeros),
      hiddenMatrix(`h.${i}.mlp.c_fc.weight`, [d, 4 * d], normal(0.02)),
      vector(`h.${i}.mlp.c_fc.bias`, 4 * d, zeros),
      hiddenMatrix(`h.${i}.mlp.c_proj.weight`, [4 * d, d], residual),
      vector(`h.${i}.mlp.c_proj.bias`, d, zeros),
    ])
    return [
      table('wte.weight', [vocabSize, d], normal(0.02)),
      table('wpe.weight', [window, d], normal(0.02)),
      ...blocks.flat(),
      vector('ln_f.weight', d, ones),
      vector('ln_f.bias', d, zeros),
    ]
  },

  window: ({ window }) => window,
  heads: ({ nHead }) => nHead,
  cacheShapes: ({ nLayer, nHead, nEmbd }, capacity) => keyValueShapes(nLayer, nHead, capacity, nEmbd / nHead),

  forward(config, ops, ids, cache) {
    const [batch, length] = ids.shape
    const { window, nEmbd, nLayer } = config
    const shared = { mask: placesOf(ops, length, window, cache).mask }
    const tokens = ops.rows('wte.weight', ids.flatten()).reshape([batch, length, nEmbd])
    const places = cache ? ops.rows('wpe.weight', cache.positions) : ops.firstRows('wpe.weight', length)
    let h = ops.dropout(tokens.add(places), dropoutSite.embedding).reshape<Tensor2D>([batch * length, nEmbd])
    const pass = { config, batch, length, cache }
    for (let i = 0; i < nLayer; i++) {
      h = ops.block(`h.${i}.`, h, shared, (ops, h, { mask }) => {
        const mixed = h.add<Tensor2D>(attention(pass, ops, i, ops.layerNorm(h, `h.${i}.ln_1`), mask))
        return mixed.add(mlp(ops, i, ops.layerNorm(mixed, `h.${i}.ln_2`)))
      })
    }
    return { hidden: ops.layerNorm(h, 'ln_f'), weight: 'wte.weight', isTable: true, bias: null }
  },
}
