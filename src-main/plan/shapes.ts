import type { ModelSummary } from '../../src-preload/contract/records/plan'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { predictedBytes } from './memory'

/** How a weight starts. `normal` has the given standard deviation; the rest need no number. */
export type Init =
  | { readonly kind: 'normal'; readonly std: number }
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'zeros' }
  | { readonly kind: 'ones' }

export interface WeightShape {
  /** The field's name, for example `h.0.attn.c_attn.weight`; also the key in safetensors files. */
  readonly name: string
  readonly shape: readonly number[]
  readonly init: Init
  /** AdamW decays matrices only, never biases and norms (nanoGPT, configure_optimizers). */
  readonly decay: boolean
  /** A matrix between hidden layers, which decays: Muon's, where it is chosen (not embeddings, heads, vectors). */
  readonly hidden: boolean
}

/** Numbers in a tensor of this shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** Numbers from which on it pays. */
const aloneFrom = 2 ** 19

/**
 * Whether a weight has a vector of its own on a processor, its moments too: what is not copied together then is worth the
 * operations that it takes (docs/log.md). Muon's matrices stay together, since those of one shape go through its iteration at
 * once. On a card nobody measured it.
 */
export const isAlone = ({ shape, hidden }: WeightShape, { optimizer }: Pick<RunConfig, 'optimizer'>): boolean =>
  sizeOf(shape) >= aloneFrom && !(hidden && optimizer === 'muon')

const normal = (std: number): Init => ({ kind: 'normal', std })
const uniform = (bound: number): Init => ({ kind: 'uniform', bound })
const zeros: Init = { kind: 'zeros' }
const ones: Init = { kind: 'ones' }

/**
 * GPT-2 as in nanoGPT's model.py: learned positions, pre-norm, tied head. Linear weights are [in, out], as in
 * GPT-2's own Conv1D (nn.Linear keeps [out, in]). Residual projections start with std 0.02 / sqrt(2 · nLayer)
 * (GPT-2 paper, section 2.3).
 */
function gptWeights(c: RunConfig, vocabSize: number): WeightShape[] {
  const d = c.nEmbd
  const matrix = (name: string, shape: number[], std = 0.02): WeightShape => ({
    name,
    shape,
    init: normal(std),
    decay: true,
    hidden: name.startsWith('h.'),
  })
  const vector = (name: string, n: number, init: Init): WeightShape => ({
    name,
    shape: [n],
    init,
    decay: false,
    hidden: false,
  })
  const residualStd = 0.02 / Math.sqrt(2 * c.nLayer)
  const blocks = Array.from({ length: c.nLayer }, (_, i) => {
    const h = `h.${i}`
    return [
      vector(`${h}.ln_1.weight`, d, ones),
      vector(`${h}.ln_1.bias`, d, zeros),
      matrix(`${h}.attn.c_attn.weight`, [d, 3 * d]),
      vector(`${h}.attn.c_attn.bias`, 3 * d, zeros),
      matrix(`${h}.attn.c_proj.weight`, [d, d], residualStd),
      vector(`${h}.attn.c_proj.bias`, d, zeros),
      vector(`${h}.ln_2.weight`, d, ones),
      vector(`${h}.ln_2.bias`, d, zeros),
      matrix(`${h}.mlp.c_fc.weight`, [d, 4 * d]),
      vector(`${h}.mlp.c_fc.bias`, 4 * d, zeros),
      matrix(`${h}.mlp.c_proj.weight`, [4 * d, d], residualStd),
      vector(`${h}.mlp.c_proj.bias`, d, zeros),
    ]
  })
  return [
    matrix('wte.weight', [vocabSize, d]),
    matrix('wpe.weight', [c.blockSize, d]),
    ...blocks.flat(),
    vector('ln_f.weight', d, ones),
    vector('ln_f.bias', d, zeros),
  ]
}

/**
 * A modern GPT (model/modern.ts): matrices only. Inner ones start uniform with standard deviation 1 / sqrt(nEmbd), what
 * adds to the residual stream and the head at zero, so that the first guess is even (nanochat, init_weights); or all of
 * them as GPT-2's. The embedding's size matters little where it is normed.
 */
function modernWeights(c: RunConfig, vocabSize: number): WeightShape[] {
  const d = c.nEmbd
  const small = c.projectionStart === 'small'
  const inner = small ? normal(0.02) : uniform(Math.sqrt(3 / d))
  const residual = small ? normal(0.02 / Math.sqrt(2 * c.nLayer)) : zeros
  const matrix = (name: string, shape: number[], init: Init): WeightShape => ({
    name,
    shape,
    init,
    decay: true,
    hidden: name.startsWith('h.'),
  })
  const blocks = Array.from({ length: c.nLayer }, (_, i) => [
    matrix(`h.${i}.attn.c_q.weight`, [d, d], inner),
    matrix(`h.${i}.attn.c_k.weight`, [d, d], inner),
    matrix(`h.${i}.attn.c_v.weight`, [d, d], inner),
    matrix(`h.${i}.attn.c_proj.weight`, [d, d], residual),
    matrix(`h.${i}.mlp.c_fc.weight`, [d, 4 * d], inner),
    matrix(`h.${i}.mlp.c_proj.weight`, [4 * d, d], residual),
  ])
  return [
    matrix('wte.weight', [vocabSize, d], normal(0.02)),
    ...(c.positions === 'learned' ? [matrix('wpe.weight', [c.blockSize, d], normal(0.02))] : []),
    ...blocks.flat(),
    matrix('lm_head.weight', [d, vocabSize], small ? normal(0.02) : zeros),
  ]
}

/**
 * Embedding → nLayer × LSTM(nEmbd) → dense over the vocabulary. Gates in PyTorch's order (input, forget, cell, output)
 * along the last axis; kernels are [in, 4 · hidden]. Start as torch.nn.Embedding, nn.LSTM and nn.Linear: normal with
 * std 1, uniform within 1/sqrt(hidden); a GPT's std of 0.02 learns far slower here (docs/log.md). One bias a layer:
 * PyTorch's two are only ever added.
 */
function lstmWeights(c: RunConfig, vocabSize: number): WeightShape[] {
  const d = c.nEmbd
  const bound = 1 / Math.sqrt(d)
  const layers = Array.from({ length: c.nLayer }, (_, i): WeightShape[] => [
    { name: `lstm.${i}.weight_ih`, shape: [d, 4 * d], init: uniform(bound), decay: true, hidden: true },
    { name: `lstm.${i}.weight_hh`, shape: [d, 4 * d], init: uniform(bound), decay: true, hidden: true },
    { name: `lstm.${i}.bias`, shape: [4 * d], init: uniform(bound), decay: false, hidden: false },
  ])
  return [
    { name: 'wte.weight', shape: [vocabSize, d], init: normal(1), decay: true, hidden: false },
    ...layers.flat(),
    { name: 'lm_head.weight', shape: [d, vocabSize], init: uniform(bound), decay: true, hidden: false },
    { name: 'lm_head.bias', shape: [vocabSize], init: zeros, decay: false, hidden: false },
  ]
}

/** Every weight of the model in its one order: the order of optimizer state, checkpoints and summaries. */
export function weightShapes(config: RunConfig, vocabSize: number): WeightShape[] {
  switch (config.model) {
    case 'gpt':
      return gptWeights(config, vocabSize)
    case 'modern':
      return modernWeights(config, vocabSize)
    case 'lstm':
      return lstmWeights(config, vocabSize)
  }
}

/** What the form shows beside the fields: layers, shapes, parameters, memory, passes over the text. */
export function summarize(config: RunConfig, vocabSize: number, trainTokens: number): ModelSummary {
  const weights = weightShapes(config, vocabSize)
  const layers = new Map<string, { shapes: number[][]; parameters: number }>()
  for (const { name, shape } of weights) {
    const layer = name.replace(/\.[^.]+$/, '')
    const entry = layers.get(layer) ?? { shapes: [], parameters: 0 }
    entry.shapes.push([...shape])
    entry.parameters += sizeOf(shape)
    layers.set(layer, entry)
  }
  const total = (some: readonly WeightShape[]): number => some.reduce((sum, w) => sum + sizeOf(w.shape), 0)
  const parameterCount = total(weights)
  const aloneCount = total(weights.filter((w) => isAlone(w, config)))
  return {
    layers: [...layers].map(([name, layer]) => ({ name, ...layer })),
    parameterCount,
    vocabSize,
    memoryBytes: predictedBytes(config, vocabSize, parameterCount, aloneCount),
    epochs: trainTokens === 0 ? 0 : (config.maxSteps * config.batchSize * config.blockSize) / trainTokens,
  }
}
