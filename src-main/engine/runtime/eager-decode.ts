import { isDeepStrictEqual } from 'node:util'
import * as tf from '@tensorflow/tfjs'
import { decode, type HeldWeights } from '../decode'
import type { Model } from '../model/architecture'
import { matrix, vector } from '../layers/weights'
import type { DecodePasses } from './decoder'
import type { TensorData } from '../ops'

/** The passes op by op, on a TensorFlow.js backend. */
export class EagerDecode implements DecodePasses {
  readonly #model: Model
  readonly #weights: ReadonlyMap<string, tf.Tensor>
  readonly #activate: () => void
  #slots: tf.Tensor[] = []
  #capacity = 0
  /** The last prompt, where what it left in the cache is still there. */
  #lastPrompt: { readonly ids: Int32Array; readonly capacity: number; readonly logits: Float32Array } | null = null

  /** @param activate makes the engine's backend the current one */
  constructor(model: Model, weights: ReadonlyMap<string, TensorData>, activate: () => void) {
    this.#model = model
    this.#activate = activate
    activate()
    this.#weights = new Map(
      Array.from(weights, ([name, { shape, data }]) => [name, tf.tensor(data, [...shape], 'float32')]),
    )
  }

  /** The same prompt once more is not computed again: what came after it lies behind the last token. */
  async prompt(ids: Int32Array, capacity: number): Promise<Float32Array> {
    this.#activate()
    const last = this.#lastPrompt
    if (last?.capacity === capacity && isDeepStrictEqual(last.ids, ids)) return last.logits.slice()
    this.#lastPrompt = null
    tf.dispose(this.#slots)
    this.#slots = this.#model.cacheShapes(capacity).map((shape) => tf.zeros([...shape]))
    this.#capacity = capacity
    const logits = await this.#pass(ids, 0)
    if (this.#model.window !== null) this.#lastPrompt = { ids, capacity, logits: logits.slice() }
    return logits
  }

  step(id: number, position: number): Promise<Float32Array> {
    this.#activate()
    return this.#pass(Int32Array.of(id), position)
  }

  close(): void {
    tf.dispose([...this.#weights.values(), ...this.#slots])
  }

  async #pass(ids: Int32Array, position: number): Promise<Float32Array> {
    const [logits, ...slots] = tf.tidy((): tf.Tensor[] => {
      const input = { ids: tf.tensor1d(ids, 'int32'), position: tf.tensor1d([position], 'int32'), lastOf: lastRow }
      const cache = { slots: this.#slots, capacity: this.#capacity, insert: insertAt(position) }
      const decoded = decode(this.#model, eagerWeights(this.#weights), input, cache)
      return [decoded.logits, ...decoded.slots]
    }) as [tf.Tensor1D, ...tf.Tensor[]]
    tf.dispose(this.#slots)
    this.#slots = slots
    try {
      return Float32Array.from(await logits.data<'float32'>())
    } finally {
      logits.dispose()
    }
  }
}

const eagerWeights = (weights: ReadonlyMap<string, tf.Tensor>): HeldWeights => ({
  matMul: (x, weight) => tf.matMul(x, matrix(weights, weight)),
  matMulTable: (x, table) => tf.matMul(x, matrix(weights, table), false, true),
  rows: (table, ids) => tf.gather(matrix(weights, table), ids),
  vector: (name) => vector(weights, name),
})

const lastRow = (x: tf.Tensor2D): tf.Tensor2D => x.slice([x.shape[0] - 1, 0], [1, x.shape[1]])

const insertAt =
  (position: number) =>
  (slot: tf.Tensor3D, rows: tf.Tensor3D): tf.Tensor3D => {
    const [heads, capacity, width] = slot.shape
    const after = position + rows.shape[1]
    const before = slot.slice([0, 0, 0], [heads, position, width])
    return tf.concat([before, rows, slot.slice([0, after, 0], [heads, capacity - after, width])], 1)
  }
