import { hasAttention } from '../../src-preload/contract/limits'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { Tier } from '../../src-preload/contract/records/steps'
import { logitsInXla, logitsOfProcessor, lossChunks, shardsOf } from './execution'

/**
 * What a training job occupies at its peak, computing on a processor with TensorFlow. Each term is something that lies in
 * memory; the factors are fitted to whole jobs that were measured and checked on others (docs/log/028 and 046; npm run bench:memory). TensorFlow's allocator gives nothing back while the process lives, so what was only
 * tried counts like what is used.
 */

/** Of libtensorflow's files, where the system's cache holds them: shared, and given back when memory is short. */
export const libraryFileBytes = 325e6
/** Node, the compiled program, TensorFlow's registries and threads. */
const processBytes = 180e6
/** XLA's compilers, what of the library only they use, and what they leave behind: alone, and beside a plain graph. */
const xlaBytes = { xla: 75e6, auto: 240e6 }

/**
 * Floats that a step keeps for its backward pass and works on meanwhile: so many times the residual stream of each layer
 * (hidden state of an LSTM), its attention scores, the logits and their gradient.
 */
function activationFloats(c: RunConfig, vocabSize: number, tier: Tier): number {
  const rows = c.batchSize / c.accumulation
  const positions = rows * c.blockSize
  const stream = c.nLayer * positions * c.nEmbd
  const scores = c.nLayer * rows * c.nHead * c.blockSize ** 2
  const bounds = tier === 'xla' ? logitsInXla : logitsOfProcessor
  const logits = (positions * vocabSize) / lossChunks(positions, c.nEmbd, vocabSize, bounds)
  if (!hasAttention(c.model)) return 6.2 * stream + 3.7 * logits
  const layers = 5 * stream + scoresKept(c, tier) * scores
  // Of each layer its input, and of one at a time everything, half as much again while its gradient is computed.
  const again = stream + (1.5 * layers) / c.nLayer
  return (c.activationCheckpointing === 'on' ? again : layers) + 3.7 * logits
}

/**
 * Of the attention scores: with dropout also what was dropped of them, and the mask, of which XLA keeps one byte a number
 * (materialised.ts) and a plain graph four, and what they are made of. In XLA half of them are rounded for the products.
 */
function scoresKept({ dropout, precision }: RunConfig, tier: Tier): number {
  const masks = dropout === 0 ? 0 : tier === 'xla' ? 0.85 : 2.4
  return (tier === 'xla' && precision === 'bfloat16' ? 1.2 : 2.4) + masks
}

/** Copies of all weights that lie beside the activations, by how the step is computed. */
const copiesOf = {
  /** The weights and both moments, the same once more to be saved, gradients. */
  step: { graph: 9.8, xla: 9.2, auto: 11.6 },
  /** In parts: sums of gradients, and weights that go round in the loop. */
  parts: { graph: 5.7, xla: 2.8, auto: 8.2 },
  /** Trying bfloat16: a state of its own, operands rounded. */
  trial: 5.2,
  /** Muon's products of whole matrices, which XLA rounds and turns for its kernel, each into memory of its own. */
  turned: 7,
  /** A gradient of each half of the batch. */
  halves: 3.6,
}

/** What weights with vectors of their own need less: nothing copies them out of one and their gradients into one. */
const sparedBy = { step: { graph: 1.5, xla: 2, auto: 2.3 }, optimizer: 2, parts: 2.2, trial: 1.4 }

function weightCopies(c: RunConfig, parameterCount: number): number {
  const { accumulation, precision, compile, optimizer } = c
  const parts = accumulation > 1 ? copiesOf.parts[compile] : 0
  const trial = precision === 'auto' ? copiesOf.trial + parts : 0
  if (compile !== 'xla') return copiesOf.step[compile] + parts + trial
  const turned = precision === 'bfloat16' && optimizer === 'muon' ? copiesOf.turned : 0
  const halves = shardsOf(c, parameterCount) > 1 ? copiesOf.halves : 0
  return copiesOf.step.xla + parts + trial + turned + halves
}

function sparedCopies({ accumulation, precision, compile }: RunConfig): number {
  const parts = accumulation > 1 && compile !== 'xla' ? sparedBy.parts : 0
  return sparedBy.step[compile] + parts + (precision === 'auto' ? sparedBy.trial : 0)
}

/**
 * Peak in bytes of a job that trains `parameterCount` numbers over `vocabSize` pieces, evaluating and saving included.
 * @param aloneCount numbers of the weights that have vectors of their own
 */
export function predictedBytes(c: RunConfig, vocabSize: number, parameterCount: number, aloneCount: number): number {
  const activations = activationFloats(c, vocabSize, c.compile === 'xla' ? 'xla' : 'graph')
  const weights = weightCopies(c, parameterCount) * parameterCount - sparedCopies(c) * aloneCount
  // A plain graph's optimizer works where the activations were.
  const optimizer = 4.3 * parameterCount - sparedBy.optimizer * aloneCount
  if (c.compile === 'graph') return libraryFileBytes + processBytes + 4 * (weights + Math.max(optimizer, activations))
  // What XLA works on fits into what the plain graph left, unless it is of the whole batch in one piece.
  const isWhole = c.compile === 'auto' && hasAttention(c.model) && shardsOf(c, parameterCount) === 1
  const pool = isWhole ? activationFloats(c, vocabSize, 'xla') : 0
  return libraryFileBytes + processBytes + xlaBytes[c.compile] + 4 * (weights + activations + pool)
}
