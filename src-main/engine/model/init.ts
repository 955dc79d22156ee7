import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import { sizeOf, weightShapes, type Init } from '../../plan/shapes'
import { RandomStream } from '../random'
import type { TensorData, TensorSource } from '../runtime/ops'

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
 * The weights that a run starts from, drawn when they are asked for: a pure function of configuration, vocabulary and
 * seed, the same bits on every engine and computer. Each weight reads a stream of its own, so a new layer leaves the
 * others' numbers alone.
 */
export function drawnWeights(config: RunConfig, vocabSize: number, seed: number): TensorSource {
  const shapes = weightShapes(config, vocabSize)
  const indices = new Map(shapes.map(({ name }, index) => [name, index]))
  return {
    get: (name) => {
      const index = indices.get(name)
      const found = index === undefined ? undefined : shapes[index]
      if (index === undefined || !found) return undefined
      const next = filler(found.init, new RandomStream(seed, 'init', index))
      return { shape: found.shape, data: Float32Array.from({ length: sizeOf(found.shape) }, next) }
    },
  }
}

/** All of them. */
export function initialWeights(config: RunConfig, vocabSize: number, seed: number): Map<string, TensorData> {
  const drawn = drawnWeights(config, vocabSize, seed)
  return new Map(weightShapes(config, vocabSize).map(({ name }) => [name, drawn.get(name) as TensorData]))
}
