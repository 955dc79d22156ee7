import type { Tensor2D } from '@tensorflow/tfjs'
import { widthRules } from '../../../src-preload/contract/limits'
import type { Cache, ModelOps, RotaryScaling, RotaryTable } from '../ops'
import { dropoutSite, type Architecture } from './architecture'
import { joinHeads, keyValueShapes, placesOf, splitHeads } from './heads'
import { headMatrix, hiddenMatrix, normal, ones, table, uniform, vector, zeros } from './weight-table'

/** As transformers' LlamaConfig; with `qkvBias` its Qwen2Config. */
export interface LlamaConfig {
  readonly vocabSize: number
  /** max_position_embeddings */
  readonly window: number
  readonly nLayer: number
  readonly nHead: number
  /** num_key_value_heads: divides nHead. */
  readonly nKvHead: number
  /** hidden_size */
  readonly nEmbd: number
  readonly headDim: number
  /** intermediate_size */
  readonly mlpWidth: number
  readonly ropeBase: number
  readonly ropeScaling: RotaryScaling | null
  /** rms_norm_eps */
  readonly normEpsilon: number
  /** tie_word_embeddings: the head is the embedding. */
  readonly tied: boolean
  /** Qwen2 has biases on q, k and v, and nowhere else. */
  readonly qkvBias: boolean
}

const widthStep = widthRules.llama.step

/** Two thirds of GPT-2's 4 · D: with three matrices as many numbers (Shazeer 2020). */
const mlpWidthOf = (nEmbd: number): number => widthStep * Math.ceil((8 * nEmbd) / 3 / widthStep)

/** What the blocks of a pass have in common. */
interface Pass {
  readonly config: LlamaConfig
  readonly batch: number
  readonly length: number
  readonly cache: Cache | undefined
}

// What is handed to `ops.block` needs an index signature, which an interface has not.

type Shared = RotaryTable & { readonly mask: Tensor2D }

/** `x: [B·T, D]` → `[B·T, D]` */
function attention(pass: Pass, ops: ModelOps, index: number, x: Tensor2D, { mask, ...turns }: Shared): Tensor2D {
  const { config, batch, length, cache } = pass
  const { nHead, nKvHead, qkvBias } = config
  const name = `layers.${index}.self_attn`
  const parts = ['q_proj', 'k_proj', 'v_proj'] as const
  const products = ops.matMulEach(
    x,
    parts.map((part) => `${name}.${part}.weight`),
  )
  const [q, k, v] = products.map((product, i) => {
    const biased = qkvBias ? product.add<Tensor2D>(ops.vector(`${name}.${parts[i] ?? ''}.bias`)) : product
    return splitHeads(biased, [batch, length], i === 0 ? nHead : nKvHead)
  }) as [ReturnType<typeof splitHeads>, ReturnType<typeof splitHeads>, ReturnType<typeof splitHeads>]
  const first = index * dropoutSite.perLayer
  const site = first + dropoutSite.attention
  const mixed = ops.attention({ q: ops.rotate(q, turns), k: ops.rotate(k, turns), v, mask, site, index, cache })
  return ops.dropout(ops.matMul(joinHeads(mixed), `${name}.o_proj.weight`), first + dropoutSite.attentionOut)
}

/** `x: [B·T, D]` → `[B·T, D]` */
function mlp(ops: ModelOps, index: number, x: Tensor2D): Tensor2D {
  const name = `layers.${index}.mlp`
  const [gate, up] = ops.matMulEach(x, [`${name}.gate_proj.weight`, `${name}.up_proj.weight`]) as [Tensor2D, Tensor2D]
  const out = ops.matMul(ops.swiGlu(gate, up), `${name}.down_proj.weight`)
  return ops.dropout(out, index * dropoutSite.perLayer + dropoutSite.mlpOut)
}

/**
 * Llama (Touvron et al. 2023) as transformers has it, and Qwen2: RMSNorm with weights, SwiGLU, rotary positions, grouped
 * key/value heads. Names are those of transformers without `model.`; matrices are [in, out], where nn.Linear keeps
 * [out, in]. A model that begins from nothing has a head of its own, and a start that suits Muon (docs/log/059): inner
 * matrices uniform with standard deviation 1 / sqrt(in), what adds to the residual stream and the head at zero, so that
 * the first guess is even, and embeddings of the size that the blocks' own outputs come to. Dropout is where GPT-2 has it.
 */
export const llama: Architecture<LlamaConfig> = {
  configFrom: ({ nLayer, nHead, nEmbd, blockSize }, vocabSize) => ({
    vocabSize,
    window: blockSize,
    nLayer,
    nHead,
    nKvHead: nHead,
    nEmbd,
    headDim: nEmbd / nHead,
    mlpWidth: mlpWidthOf(nEmbd),
    ropeBase: 10_000,
    ropeScaling: null,
    normEpsilon: 1e-5,
    tied: false,
    qkvBias: false,
  }),

  weightShapes({ vocabSize, nLayer, nHead, nKvHead, nEmbd: d, headDim, mlpWidth, tied, qkvBias }) {
    const inner = uniform(Math.sqrt(3 / d))
    const [queries, keys] = [nHead * headDim, nKvHead * headDim]
    const biases = (name: string, size: number): ReturnType<typeof vector>[] =>
      qkvBias ? [vector(`${name}.bias`, size, zeros)] : []
    const blocks = Array.from({ length: nLayer }, (_, i) => {
      const [attn, mlp] = [`layers.${i}.self_attn`, `layers.${i}.mlp`]
      return [
        vector(`layers.${i}.input_layernorm.weight`, d, ones),
        hiddenMatrix(`${attn}.q_proj.weight`, [d, queries], inner),
        ...biases(`${attn}.q_proj`, queries),
        hiddenMatrix(`${attn}.k_proj.weight`, [d, keys], inner),
        ...biases(`${attn}.k_proj`, keys),
        hiddenMatrix(`${attn}.v_proj.weight`, [d, keys], inner),
        ...biases(`${attn}.v_proj`, keys),
        hiddenMatrix(`${attn}.o_proj.weight`, [queries, d], zeros),
        vector(`layers.${i}.post_attention_layernorm.weight`, d, ones),
        hiddenMatrix(`${mlp}.gate_proj.weight`, [d, mlpWidth], inner),
        hiddenMatrix(`${mlp}.up_proj.weight`, [d, mlpWidth], inner),
        hiddenMatrix(`${mlp}.down_proj.weight`, [mlpWidth, d], zeros),
      ]
    })
    return [
      table('embed_tokens.weight', [vocabSize, d], normal(1)),
      ...blocks.flat(),
      vector('norm.weight', d, ones),
      ...(tied ? [] : [headMatrix('lm_head.weight', [d, vocabSize], zeros)]),
    ]
  },

  window: ({ window }) => window,
  heads: ({ nHead }) => nHead,
  cacheShapes: ({ nLayer, nKvHead, headDim }, capacity) => keyValueShapes(nLayer, nKvHead, capacity, headDim),

  forward(config, ops, ids, cache) {
    const [batch, length] = ids.shape
    const { window, nLayer, headDim, ropeBase, ropeScaling, normEpsilon, tied } = config
    const { positions, mask } = placesOf(ops, length, window, cache)
    let h = ops.dropout(ops.rows('embed_tokens.weight', ids.flatten()), dropoutSite.embedding) // (B·T, D)
    const shared: Shared = {
      mask,
      ...ops.rotaryTable(positions, { headDim, base: ropeBase, scaling: ropeScaling }),
    }
    const pass = { config, batch, length, cache }
    for (let i = 0; i < nLayer; i++) {
      const name = `layers.${i}`
      h = ops.block(`${name}.`, h, shared, (ops, h, shared) => {
        const normed = ops.rmsNorm(h, `${name}.input_layernorm`, normEpsilon)
        const mixed = h.add<Tensor2D>(attention(pass, ops, i, normed, shared))
        return mixed.add(mlp(ops, i, ops.rmsNorm(mixed, `${name}.post_attention_layernorm`, normEpsilon)))
      })
    }
    const hidden = ops.rmsNorm(h, 'norm', normEpsilon)
    return { hidden, weight: tied ? 'embed_tokens.weight' : 'lm_head.weight', isTable: tied, bias: null }
  },
}
