import type * as tf from '@tensorflow/tfjs'
import { forward } from './forward'
import type { BatchTensors } from './micro-batches'
import { headScores } from './layers/head'
import type { EngineOps } from './ops'
import type { StepContext } from './step-parts'
import type { TokenScores } from './train-step'

/**
 * How well the model guesses each token of a batch, dropout off; micro-batch by micro-batch, as it is trained.
 * @param flats the weights: float32 [P], for each vector of the layout
 * @returns float32 [2, B * T]: `scoresIn` reads them
 */
export function score(
  { spec, layout, ops }: StepContext,
  flats: readonly tf.Tensor1D[],
  batch: BatchTensors,
): tf.Tensor2D {
  const { accumulation } = spec
  const scoresOf = (flats: readonly tf.Tensor1D[], { x, y }: BatchTensors, ops: EngineOps): tf.Tensor2D =>
    headScores(forward(spec.model, layout.split(flats), x, ops, spec), y.as1D(), ops)
  if (accumulation === 1) return scoresOf(flats, batch, ops).transpose()
  const { outputs } = ops.scan({
    length: accumulation,
    reverse: false,
    carry: [],
    inputs: [batch.x, batch.y],
    constants: flats.map((flat) => flat.expandDims(0)),
    step: (_, [x, y], flats, ops) => {
      const own = flats.map((flat) => flat.as1D())
      return { carry: [], outputs: [scoresOf(own, { x, y } as BatchTensors, ops)] }
    },
  })
  return (outputs[0] as tf.Tensor2D).transpose()
}

/** @param scores from `score`, on the host */
export function scoresIn(scores: Float32Array): TokenScores {
  const count = scores.length / 2
  return { lossNats: scores.subarray(0, count), right: scores.subarray(count) }
}
