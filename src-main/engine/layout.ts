import * as tf from '@tensorflow/tfjs'
import { AppError } from '../../src-preload/contract/errors'
import { sizeOf, type WeightShape } from './model/weight-table'
import type { TensorSource, Weights } from './ops'

/** Where a weight stands in its vector. */
interface Place {
  readonly name: string
  readonly shape: number[]
  readonly offset: number
  readonly size: number
}

export interface WeightPlace extends Place {
  /** Of the layout. */
  readonly vector: number
}

/** Weights one after the other in one vector: hidden matrices first, then what else decays. */
export class WeightVector {
  /** Numbers in all. */
  readonly size: number
  /** Numbers, from the start, that AdamW decays. */
  readonly decayedSize: number
  /** Numbers, from the start, that are hidden matrices: Muon's, where it is chosen. */
  readonly hiddenSize: number
  /** Those matrices, in order. */
  readonly hidden: readonly WeightShape[]
  readonly places: readonly Place[]

  constructor(weights: readonly WeightShape[]) {
    const hidden = weights.filter((w) => w.hidden)
    const ordered = [...hidden, ...weights.filter((w) => w.decay && !w.hidden), ...weights.filter((w) => !w.decay)]
    let offset = 0
    this.places = ordered.map(({ name, shape }) => {
      const size = sizeOf(shape)
      offset += size
      return { name, shape: [...shape], offset: offset - size, size }
    })
    const sum = (some: readonly WeightShape[]): number => some.reduce((total, w) => total + sizeOf(w.shape), 0)
    this.size = sum(weights)
    this.hiddenSize = sum(hidden)
    this.hidden = hidden
    this.decayedSize = sum(weights.filter((w) => w.decay))
  }

  /** float32 [size] → its weights by name. */
  split(flat: tf.Tensor1D): [string, tf.Tensor][] {
    const sizes = this.places.map((p) => p.size)
    const parts = sizes.length === 1 ? [flat] : tf.split(flat, sizes)
    return this.places.map(({ name, shape }, i) => [name, (parts[i] as tf.Tensor).reshape(shape)])
  }

  /** The reverse. */
  join(tensors: ReadonlyMap<string, tf.Tensor>): tf.Tensor1D {
    const parts = this.places.map((p) => required(tensors, p.name).flatten())
    return parts.length === 1 ? (parts[0] as tf.Tensor1D) : tf.concat1d(parts)
  }

  /** @throws `checkpoint.damaged` when a name is missing or a shape differs */
  pack(tensors: TensorSource): Float32Array {
    const flat = new Float32Array(this.size)
    for (const { name, shape, offset, size } of this.places) {
      const tensor = required(tensors, name)
      if (tensor.shape.join() !== shape.join() || tensor.data.length !== size) {
        throw new AppError('checkpoint.damaged', { file: `${name} [${tensor.shape.join()}] ≠ [${shape.join()}]` })
      }
      flat.set(tensor.data, offset)
    }
    return flat
  }
}

/**
 * All weights in few vectors, so that the optimizer is a handful of operations however many layers there are. Where
 * copying weights out of a vector and gradients into one takes longer than operations do, a weight has its own.
 */
export class WeightLayout {
  /** Numbers in all. */
  readonly size: number
  readonly vectors: readonly WeightVector[]
  /** Names in the model's own order: what maps for people and files keep. */
  readonly #names: readonly string[]

  /** @param isAlone which weights have a vector of their own; absent: none */
  constructor(weights: readonly WeightShape[], isAlone: (weight: WeightShape) => boolean = () => false) {
    const together = weights.filter((w) => !isAlone(w))
    const groups = [...weights.filter(isAlone).map((w) => [w]), ...(together.length > 0 ? [together] : [])]
    this.vectors = groups.map((group) => new WeightVector(group))
    this.size = this.vectors.reduce((sum, { size }) => sum + size, 0)
    this.#names = weights.map((w) => w.name)
  }

  /** A tensor for each vector → the weights by name. The caller disposes them. */
  split(flats: readonly tf.Tensor1D[]): Weights {
    const weights = tf.tidy(() =>
      Object.fromEntries(this.vectors.flatMap((vector, i) => vector.split(flats[i] as tf.Tensor1D))),
    )
    return this.#ordered(new Map(Object.entries(weights)))
  }

  /** The reverse for gradients, which come in the order of `split(...).values()`. */
  join(tensors: ReadonlyMap<string, tf.Tensor>): tf.Tensor1D[] {
    return this.vectors.map((vector) => vector.join(tensors))
  }

  /** @throws `checkpoint.damaged` when a name is missing or a shape differs */
  pack(tensors: TensorSource): Float32Array[] {
    return this.vectors.map((vector) => vector.pack(tensors))
  }

  /** In the model's order. */
  get places(): WeightPlace[] {
    const places = this.vectors.flatMap((vector, i) => vector.places.map((place) => ({ ...place, vector: i })))
    return [...this.#ordered(new Map(places.map((place) => [place.name, place]))).values()]
  }

  #ordered<T>(byName: ReadonlyMap<string, T>): Map<string, T> {
    return new Map(this.#names.map((name) => [name, required(byName, name)]))
  }
}

function required<T>(map: { get(name: string): T | undefined }, name: string): T {
  const value = map.get(name)
  if (value === undefined) throw new AppError('checkpoint.damaged', { file: name })
  return value
}
