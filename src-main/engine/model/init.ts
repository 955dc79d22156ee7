import type { RunConfig } from '../../../src-preload/contract/records'
import { sizeOf, weightShapes, type Init } from '../../plan/shapes'
import { RandomStream } from '../random'
import type { TensorData } from '../runtime/ops'

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
 * The weights that a run starts from: a pure function of configuration, vocabulary and seed, the same bits on every
 * engine and computer. Each weight reads a stream of its own, so a new layer leaves the others' numbers alone.
 */
export function initialWeights(config: RunConfig, vocabSize: number, seed: number): Map<string, TensorData> {
  const weights = new Map<string, TensorData>()
  for (const [index, { name, shape, init }] of weightShapes(config, vocabSize).entries()) {
    const next = filler(init, new RandomStream(seed, 'init', index))
    weights.set(name, { shape, data: Float32Array.from({ length: sizeOf(shape) }, next) })
  }
  return weights
}
