import { RandomStream } from '../random'
import type { TensorSource } from '../ops'
import { sizeOf, type Init, type WeightShape } from './weight-table'

function filler(init: Init, random: RandomStream): () => number {
  switch (init.kind) {
    case 'normal':
      return () => init.std * random.normal()
    case 'uniform':
      return () => init.bound * (2 * random.uniform() - 1)
    case 'zeros':
      return () => 0
    case 'ones':
      return () => 1
  }
}

/**
 * The weights that a run starts from, drawn when they are asked for: a pure function of weight table and seed, the same bits on
 * every engine and computer. Each weight reads a stream of its own, so a new layer leaves the others' numbers alone.
 */
export function drawnWeights(weights: readonly WeightShape[], seed: number): TensorSource {
  const indices = new Map(weights.map(({ name }, index) => [name, index]))
  return {
    get: (name) => {
      const index = indices.get(name)
      const found = index === undefined ? undefined : weights[index]
      if (index === undefined || !found) return undefined
      const next = filler(found.init, new RandomStream(seed, 'init', index))
      return { shape: found.shape, data: Float32Array.from({ length: sizeOf(found.shape) }, next) }
    },
  }
}
