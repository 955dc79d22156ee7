import * as tf from '@tensorflow/tfjs'
import { attendCached } from './layers/attention'
import { lstmSteps, type LstmState } from './layers/lstm-layer'
import { normsBy, sharedOps } from './layers/shared-ops'
import type { Model } from './model/architecture'
import type { Cache, ModelOps } from './ops'

/**
 * A model's weights as an engine holds them to generate: by name, in the width and layout that it reads fastest. A pass is a pure
 * function besides; the engine may run it or record it.
 */
export interface HeldWeights {
  /** x · weight, where the model's weight is [in, out]. x: float32 [N, in] → float32 [N, out] */
  readonly matMul: (x: tf.Tensor2D, weight: string) => tf.Tensor2D
  /** x · tableᵀ. x: float32 [N, D], table: [V, D] → float32 [N, V] */
  readonly matMulTable: (x: tf.Tensor2D, table: string) => tf.Tensor2D
  /** Rows of a table [V, D]. ids: int32 [N] → float32 [N, D] */
  readonly rows: (table: string, ids: tf.Tensor1D) => tf.Tensor2D
  readonly vector: (name: string) => tf.Tensor1D
}

/** Some tokens of a text, and where they are. */
export interface DecodeInput {
  /** int32 [t] */
  readonly ids: tf.Tensor1D
  /** How many tokens came before them: int32 [1] */
  readonly position: tf.Tensor1D
  /** The row of the last of them; those after it are padding. x: float32 [t, D] → float32 [1, D] */
  readonly lastOf: (x: tf.Tensor2D) => tf.Tensor2D
}

/** How a model's cache lies in tensors. */
export interface CacheTensors {
  /** By slot, in the shapes of the model's `cacheShapes`. */
  readonly slots: readonly tf.Tensor[]
  readonly capacity: number
  /**
   * slot: float32 [H, capacity, d] with the rows of this pass's tokens replaced by `rows`: float32 [H, t, d]. The slot that
   * was given may change too.
   */
  readonly insert: (slot: tf.Tensor3D, rows: tf.Tensor3D) => tf.Tensor3D
}

export interface Decoded {
  /** Of the token after the last one: float32 [V]. */
  readonly logits: tf.Tensor1D
  /** By slot. */
  readonly slots: tf.Tensor[]
}

/** The forward pass over some tokens more, with what is kept of those before them. */
export function decode(
  model: Model,
  weights: HeldWeights,
  { ids, position, lastOf }: DecodeInput,
  { slots, capacity, insert }: CacheTensors,
): Decoded {
  const kept = [...slots]
  const at = tf.range(0, ids.shape[0], 1, 'int32').add<tf.Tensor1D>(position)
  const cache: Cache = {
    // Padding may reach beyond the window, where a table has no row.
    positions: model.window === null ? at : at.minimum<tf.Tensor1D>(tf.scalar(model.window - 1, 'int32')),
    capacity,
    get: (slot) => kept[slot] as tf.Tensor,
    set: (slot, value) => {
      kept[slot] = value
    },
    append: (slot, rows) => {
      const next = insert(kept[slot] as tf.Tensor3D, rows)
      kept[slot] = next
      return next
    },
  }
  const { hidden, weight, isTable, bias } = model.forward(decodingOps(weights), ids.expandDims<tf.Tensor2D>(0), cache)
  const last = lastOf(hidden)
  const scores = isTable ? weights.matMulTable(last, weight) : weights.matMul(last, weight)
  return { logits: (bias === null ? scores : scores.add(weights.vector(bias))).as1D(), slots: kept }
}

function decodingOps({ matMul, rows, vector }: HeldWeights): ModelOps {
  const ops: ModelOps = {
    ...sharedOps,
    ...normsBy(vector),
    matMul,
    matMulEach: (x, weights) => weights.map((weight) => matMul(x, weight)),
    linear: (x, layer) => matMul(x, `${layer}.weight`).add(vector(`${layer}.bias`)),
    vector,
    rows,
    firstRows: (table, count) => rows(table, tf.range(0, count, 1, 'int32')),
    attention: attendCached,
    lstm: ({ name, x, length, index, cache }) => {
      if (!cache) throw new Error('decode: a recurrent layer without its state')
      const slots = [2 * index, 2 * index + 1] as const
      const [hidden, cell] = slots.map((slot) => cache.get(slot)) as [tf.Tensor2D, tf.Tensor2D]
      const state: LstmState = { hidden, cell }
      const projected = matMul(x, `${name}.weight_ih`).add<tf.Tensor2D>(vector(`${name}.bias`))
      const { hiddens, last } = lstmSteps(projected, length, state, (h) => matMul(h, `${name}.weight_hh`))
      cache.set(slots[0], last.hidden)
      cache.set(slots[1], last.cell)
      return hiddens
    },
    dropout: (x) => x,
    block: (_, x, shared, body) => body(ops, x, shared),
  }
  return ops
}
