import { isDeepStrictEqual } from 'node:util'
import * as tf from '@tensorflow/tfjs'
import type { DecodeModel, DecodeOps } from '../model/decode'
import { matrix, vector } from '../model/weights'
import type { DecodePasses } from './decoder'
import type { TensorData } from './ops'

/** The passes op by op, on a TensorFlow.js backend. */
export class EagerDecode implements DecodePasses {
  readonly #model: DecodeModel
  readonly #weights: ReadonlyMap<string, tf.Tensor>
  readonly #activate: () => void
  #memory: tf.Tensor[] = []
  /** The last prompt, where what it left in the memory is still there. */
  #told: { readonly ids: Int32Array; readonly capacity: number; readonly logits: Float32Array } | null = null

  /** @param activate makes the engine's backend the current one */
  constructor(model: DecodeModel, weights: ReadonlyMap<string, TensorData>, activate: () => void) {
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
    if (this.#told?.capacity === capacity && isDeepStrictEqual(this.#told.ids, ids)) return this.#told.logits.slice()
    this.#told = null
    tf.dispose(this.#memory)
    this.#memory = this.#model.memoryShapes(capacity).map((shape) => tf.zeros([...shape]))
    const logits = await this.#pass(ids, 0)
    if (this.#model.padded) this.#told = { ids, capacity, logits: logits.slice() }
    return logits
  }

  step(id: number, position: number): Promise<Float32Array> {
    this.#activate()
    return this.#pass(Int32Array.of(id), position)
  }

  close(): void {
    tf.dispose([...this.#weights.values(), ...this.#memory])
  }

  async #pass(ids: Int32Array, position: number): Promise<Float32Array> {
    const ops = eagerDecodeOps(this.#weights, position)
    const [logits, ...memory] = tf.tidy((): tf.Tensor[] => {
      const at = tf.tensor1d([position], 'int32')
      const decoded = this.#model.pass(ops, tf.tensor1d(ids, 'int32'), at, this.#memory)
      return [decoded.logits, ...decoded.memory]
    }) as [tf.Tensor1D, ...tf.Tensor[]]
    tf.dispose(this.#memory)
    this.#memory = memory
    try {
      return Float32Array.from(await logits.data<'float32'>())
    } finally {
      logits.dispose()
    }
  }
}

function eagerDecodeOps(weights: ReadonlyMap<string, tf.Tensor>, position: number): DecodeOps {
  return {
    matMul: (x, weight) => tf.matMul(x, matrix(weights, weight)),
    matMulTable: (x, table) => tf.matMul(x, matrix(weights, table), false, true),
    rows: (table, ids) => tf.gather(matrix(weights, table), ids),
    vector: (name) => vector(weights, name),
    remember: (memory, rows) => {
      const [heads, capacity, width] = memory.shape
      const after = position + rows.shape[1]
      const before = memory.slice([0, 0, 0], [heads, position, width])
      return tf.concat([before, rows, memory.slice([0, after, 0], [heads, capacity - after, width])], 1)
    },
    last: (x) => x.slice([x.shape[0] - 1, 0], [1, x.shape[1]]),
  }
}
