import type * as tf from '@tensorflow/tfjs'
import { forward } from '../src-main/engine/forward'
import type { HeadTensors } from '../src-main/engine/layers/head'
import { drawnWeights } from '../src-main/engine/model/init'
import { modelFrom } from '../src-main/engine/model/registry'
import type { EngineOps, TensorData, Weights } from '../src-main/engine/ops'
import { stepSpecOf } from '../src-main/engine/step-spec'
import type { RunConfig } from '../src-preload/contract/records/run-config'

/** All the weights that a run starts from. */
export function initialWeights(config: RunConfig, vocabSize: number, seed: number): Map<string, TensorData> {
  const { weights } = modelFrom(config, vocabSize)
  const drawn = drawnWeights(weights, seed)
  return new Map(weights.map(({ name }) => [name, drawn.get(name) as TensorData]))
}

export type Forward = (weights: Weights, ids: tf.Tensor2D, ops: EngineOps) => HeadTensors

/** The forward pass of a run's training. No architecture's asks how large the vocabulary is. */
export function forwardOf(config: RunConfig): Forward {
  const spec = stepSpecOf(config, 1)
  return (weights, ids, ops) => forward(spec.model, weights, ids, ops, spec)
}
