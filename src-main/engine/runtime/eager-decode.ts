import * as tf from '@tensorflow/tfjs'
import type { Decoded, DecodeModel, DecodeOps } from '../model/decode'
import { matrix, vector } from '../model/weights'
import type { DecodePasses } from './decoder'
import type { TensorData } from './ops'

/** The passes op by op, on a TensorFlow.js backend. */
export class EagerDecode implements DecodePasses {
  readonly #model: DecodeModel
  readonly #weights: ReadonlyMap<string, tf.Tensor>
  readonly #ops: DecodeOps
  readonly #activate: () => void
  #memory: tf.Tensor[] = []

  /** @param activate makes the engine's backend the current one */
  constructor(model: DecodeModel, weights: ReadonlyMap<string, TensorData>, activate: () => void) {
    this.#model = model
    this.#activate = activate
    activate()
    this.#weights = new Map(
      Array.from(weights, ([name, { shape, data }]) => [name, tf.tensor(data, [...shape], 'float32')]),
    )
    this.#ops = eagerDecodeOps(this.#weights)
  }

  prompt(ids: Int32Array, capacity: number): Promise<Float32Array> {
    return this.#pass(() => this.#model.prompt(this.#ops, tf.tensor1d(ids, 'int32'), capacity))
  }

  step(id: number, position: number): Promise<Float32Array> {
    return this.#pass(() =>
      this.#model.step(this.#ops, tf.tensor1d([id], 'int32'), tf.tensor1d([position], 'int32'), this.#memory),
    )
  }

  close(): void {
    tf.dispose([...this.#weights.values(), ...this.#memory])
  }

  async #pass(body: () => Decoded): Promise<Float32Array> {
    this.#activate()
    const [logits, ...memory] = tf.tidy((): tf.Tensor[] => {
      const decoded = body()
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

function eagerDecodeOps(weights: ReadonlyMap<string, tf.Tensor>): DecodeOps {
  return {
    matMul: (x, weight) => tf.matMul(x, matrix(weights, weight)),
    matMulTable: (x, table) => tf.matMul(x, matrix(weights, table), false, true),
    rows: (table, ids) => tf.gather(matrix(weights, table), ids),
    vector: (name) => vector(weights, name),
    remember: (memory, row, position) => {
      const here = tf.range(0, memory.shape[1], 1, 'int32').equal(position).reshape([1, -1, 1])
      return tf.where(here, row, memory)
    },
  }
}
