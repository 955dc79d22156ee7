import * as tf from '@tensorflow/tfjs'
import type { EngineOps, Weights } from '../ops'
import { withGradient } from './custom-gradient'

/**
 * A block of a model, from residual stream to residual stream. `x: [N, D]` → like x. Uses no tensors but what it is given:
 * others of the forward pass are gone when the backward pass computes it again.
 */
type Block<S> = (weights: Weights, x: tf.Tensor2D, shared: S, ops: EngineOps) => tf.Tensor2D

/**
 * The block, of which only what goes in is kept: the backward pass computes its inside again (Chen et al. 2016, "Training
 * deep nets with sublinear memory cost"). Dropout needs nothing kept: masks follow from their place.
 * @param weights those of the block alone
 * @param shared constants that all blocks use
 */
export function recomputed<S extends Readonly<Record<string, tf.Tensor>>>(
  weights: Weights,
  x: tf.Tensor2D,
  shared: S,
  ops: EngineOps,
  block: Block<S>,
): tf.Tensor2D {
  const names = [...weights.keys()]
  const inputs = [x, ...weights.values()]
  const sharedNames = Object.keys(shared)
  return withGradient<tf.Tensor2D>(inputs, () => ({
    value: block(weights, x, shared, ops),
    saved: [...inputs, ...Object.values(shared)],
    gradient: (dy, [x, ...kept]) => {
      const values = kept.slice(0, names.length)
      const keptShared = Object.fromEntries(sharedNames.map((name, i) => [name, kept[names.length + i]])) as S
      return tf.tidy(() =>
        ops.recompute(x as tf.Tensor2D, dy, (x, ops) => {
          const again = (...[x, ...values]: tf.Tensor[]): tf.Tensor =>
            block(new Map(names.map((name, i) => [name, values[i] as tf.Tensor])), x as tf.Tensor2D, keptShared, ops)
          return gradientsInside(again, [x, ...values], dy)
        }),
      )
    },
  }))
}

/**
 * `tf.grads` inside of a backward pass. TensorFlow.js has one tape, and would forget that of the pass around it, which
 * still has to free what it kept.
 */
function gradientsInside(f: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[], dy: tf.Tensor): tf.Tensor[] {
  const { state } = tf.engine()
  const around = state.activeTape
  try {
    return tf.grads(f)(inputs, dy)
  } finally {
    state.activeTape = around
  }
}
