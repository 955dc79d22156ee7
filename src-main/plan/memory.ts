import type { RunConfig, Tier } from '../../src-preload/contract/records'
import { lossChunks, type LogitBounds } from './head-chunks'

/**
 * What a training job occupies at its peak, computing on a processor with TensorFlow. Each term is something that lies in
 * memory; the factors are fitted to whole jobs that were measured and checked on others (docs/log.md, "what a job
 * occupies"; npm run bench:memory). TensorFlow's allocator gives nothing back while the process lives, so what was only
 * tried counts like what is used.
 */

/** Of libtensorflow's files, where the system's cache holds them: shared, and given back when memory is short. */
export const libraryFileBytes = 325e6
/** Node, the compiled program, TensorFlow's registries and threads. */
const processBytes = 180e6
/** XLA's compilers, and what of the library only they use. */
const xlaBytes = 250e6

/** 128 MB: smaller parts cost more time than they save (docs/log.md). */
export const logitsOfProcessor: LogitBounds = { most: 2 ** 25, cached: Infinity }
/** 4 MB: a loop costs next to nothing in XLA. */
export const logitsInXla: LogitBounds = { ...logitsOfProcessor, cached: 2 ** 20 }
/** On a graphics card, 512 MB: its memory is read many times faster, and small products leave most of it idle. */
export const logitsOfCard: LogitBounds = { most: 2 ** 27, cached: Infinity }

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
  if (c.model === 'lstm') return 6.2 * stream + 3.7 * logits
  const layers = 5 * stream + scoresKept(c, tier) * scores
  // Of each layer its input, and of one at a time everything, half as much again while its gradient is computed.
  const again = stream + (1.5 * layers) / c.nLayer
  return (c.activationCheckpointing === 'on' ? again : layers) + 3.7 * logits
}

/**
 * Of the attention scores: with dropout also what was dropped of them, and the mask, of which XLA keeps one byte a number
 * (drawn-once.ts) and a plain graph four, and what they are made of.
 */
function scoresKept({ dropout }: RunConfig, tier: Tier): number {
  if (dropout === 0) return 2.4
  return tier === 'xla' ? 3.65 : 4.8
}

/** Copies of all weights that lie beside the activations. */
function weightCopies({ accumulation, precision, compile, optimizer }: RunConfig): number {
  // The weights and both moments, the same once more to be saved, gradients.
  const step = 9.8
  // In parts: sums of gradients, and weights that go round in the loop.
  const parts = accumulation > 1 ? 5.7 : 0
  // Trying bfloat16: a state of its own, operands rounded.
  const trial = precision === 'auto' ? 5.2 + parts : 0
  // Muon's products of whole matrices, which XLA rounds and turns for its kernel, each into memory of its own.
  const turned = compile === 'xla' && precision === 'bfloat16' && optimizer === 'muon' ? 8 : 0
  return step + parts + trial + turned
}

/** Peak in bytes of a job that trains `parameterCount` numbers over `vocabSize` pieces, evaluating and saving included. */
export function predictedBytes(c: RunConfig, vocabSize: number, parameterCount: number): number {
  const activations = activationFloats(c, vocabSize, c.compile === 'xla' ? 'xla' : 'graph')
  // The optimizer works where the activations were.
  const floats = weightCopies(c) * parameterCount + Math.max(4.3 * parameterCount, activations)
  if (c.compile === 'graph') return libraryFileBytes + processBytes + 4 * floats
  // XLA's are in a pool of its own, beside the plain graph's where both compute; those of a loop over time are few.
  const pool = c.compile === 'xla' || c.model === 'lstm' ? 0 : 2 * activationFloats(c, vocabSize, 'xla')
  return libraryFileBytes + processBytes + xlaBytes + 4 * (floats + 3 * parameterCount + pool)
}
