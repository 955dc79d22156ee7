import type { Tensor2D } from '@tensorflow/tfjs'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { Cache, Head, ModelOps } from '../ops'
import type { WeightShape } from './weight-table'

/** The settings of a run that say what its network is. */
export type NetworkFields = Pick<RunConfig, 'nLayer' | 'nHead' | 'nEmbd' | 'blockSize'>

/**
 * What a kind of network is, in one file each. `C` says what one of them is, and nothing of how it is trained. A file of an
 * architecture imports no library of tensors: whoever plans reads its tables without one.
 */
export interface Architecture<C> {
  configFrom(run: NetworkFields, vocabSize: number): C
  /** In the model's one order: that of optimizer state, checkpoints and summaries. */
  weightShapes(config: C): WeightShape[]
  /** The most positions that it can look back on; null: what it keeps has one size however long the text is. */
  window(config: C): number | null
  /** Heads of its attention; 0: it has none. */
  heads(config: C): number
  /** What it keeps of at most `capacity` positions, by slot. */
  cacheShapes(config: C, capacity: number): readonly (readonly number[])[]
  /**
   * ids: int32 [B, T] → what makes the logits of all positions
   * @param cache of the tokens before; absent: the text begins here
   */
  forward(config: C, ops: ModelOps, ids: Tensor2D, cache?: Cache): Head
}

/** Each place that drops needs a number of its own, or two places would drop alike. */
export const dropoutSite = { embedding: 0, attention: 1, attentionOut: 2, mlpOut: 3, perLayer: 3 } as const

/** One network: an architecture with its configuration. */
export interface Model {
  readonly weights: readonly WeightShape[]
  readonly window: number | null
  readonly heads: number
  cacheShapes(capacity: number): readonly (readonly number[])[]
  forward(ops: ModelOps, ids: Tensor2D, cache?: Cache): Head
}

export const modelOf = <C>(architecture: Architecture<C>, config: C): Model => ({
  weights: architecture.weightShapes(config),
  window: architecture.window(config),
  heads: architecture.heads(config),
  cacheShapes: (capacity) => architecture.cacheShapes(config, capacity),
  forward: (ops, ids, cache) => architecture.forward(config, ops, ids, cache),
})
