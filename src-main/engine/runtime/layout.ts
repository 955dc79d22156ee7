import * as tf from '@tensorflow/tfjs'
import { sizeOf, type WeightShape } from '../../plan/shapes'
import { AppError } from '../../../src-preload/contract/errors'
import type { TensorData, Weights } from './ops'

/**
 * All weights one after the other in one vector, so that the optimizer is a handful of operations however many layers
 * there are. Hidden matrices come first, then what else decays.
 */
export class WeightLayout {
  /** Numbers in all. */
  readonly size: number
  /** Numbers, from the start, that AdamW decays. */
  readonly decayedSize: number
  /** Numbers, from the start, that are hidden matrices: Muon's, where it is chosen. */
  readonly hiddenSize: number
  /** Of those matrices, in order. */
  readonly hiddenShapes: readonly (readonly number[])[]
  readonly #places: readonly { readonly name: string; readonly shape: number[]; readonly size: number }[]
  /** Names in the model's own order: what maps for people and files keep. */
  readonly #names: readonly string[]

  constructor(weights: readonly WeightShape[]) {
    const hidden = weights.filter((w) => w.hidden)
    const places = [...hidden, ...weights.filter((w) => w.decay && !w.hidden), ...weights.filter((w) => !w.decay)]
    this.#places = places.map(({ name, shape }) => ({ name, shape: [...shape], size: sizeOf(shape) }))
    this.#names = weights.map((w) => w.name)
    const sum = (some: readonly WeightShape[]): number => some.reduce((total, w) => total + sizeOf(w.shape), 0)
    this.size = sum(weights)
    this.hiddenSize = sum(hidden)
    this.hiddenShapes = hidden.map((w) => w.shape)
    this.decayedSize = sum(weights.filter((w) => w.decay))
  }

  /** float32 [P] → the weights by name. The caller disposes them. */
  split(flat: tf.Tensor1D): Weights {
    const sizes = this.#places.map((p) => p.size)
    const tensors = tf.tidy(() => {
      const parts = sizes.length === 1 ? [flat] : tf.split(flat, sizes)
      return parts.map((part, i) => part.reshape(this.#places[i]?.shape ?? []))
    })
    return this.#ordered(new Map(this.#places.map((p, i) => [p.name, tensors[i] as tf.Tensor])))
  }

  /** The reverse for gradients, which come in the order of `split(...).values()`. */
  join(tensors: ReadonlyMap<string, tf.Tensor>): tf.Tensor1D {
    return tf.concat1d(this.#places.map((p) => required(tensors, p.name).flatten()))
  }

  /** @throws `checkpoint.damaged` when a name is missing or a shape differs */
  pack(tensors: ReadonlyMap<string, TensorData>): Float32Array {
    const flat = new Float32Array(this.size)
    let offset = 0
    for (const { name, shape, size } of this.#places) {
      const tensor = required(tensors, name)
      if (tensor.shape.join() !== shape.join() || tensor.data.length !== size) {
        throw new AppError('checkpoint.damaged', { file: `${name} [${tensor.shape.join()}] ≠ [${shape.join()}]` })
      }
      flat.set(tensor.data, offset)
      offset += size
    }
    return flat
  }

  /** Views of `flat`, not copies: a checkpoint of a large model is written without a second one in memory. */
  unpack(flat: Float32Array): Map<string, TensorData> {
    const byName = new Map<string, TensorData>()
    let offset = 0
    for (const { name, shape, size } of this.#places) {
      byName.set(name, { shape, data: flat.subarray(offset, offset + size) })
      offset += size
    }
    return this.#ordered(byName)
  }

  #ordered<T>(byName: ReadonlyMap<string, T>): Map<string, T> {
    return new Map(this.#names.map((name) => [name, required(byName, name)]))
  }
}

function required<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name)
  if (value === undefined) throw new AppError('checkpoint.damaged', { file: name })
  return value
}
