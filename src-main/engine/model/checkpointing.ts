import * as tf from '@tensorflow/tfjs'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { ModelOps, Weights } from '../runtime/ops'
import { withGradient } from './custom-gradient'

/**
 * A block of a model, from residual stream to residual stream. `h: [N, D]` → like h. Uses no tensors but what it is given:
 * others of the forward pass are gone when the backward pass computes it again.
 */
type Block<S> = (weights: Weights, h: tf.Tensor2D, ops: ModelOps, shared: S) => tf.Tensor2D

/**
 * The residual stream after the block of a layer; what is kept for the backward pass is the config's choice.
 * @param shared constants that all blocks use
 */
export function throughBlock<S extends Readonly<Record<string, tf.Tensor>>>(
  { activationCheckpointing }: RunConfig,
  layer: number,
  weights: Weights,
  h: tf.Tensor2D,
  ops: ModelOps,
  shared: S,
  block: Block<S>,
): tf.Tensor2D {
  if (activationCheckpointing === 'off') return block(weights, h, ops, shared)
  return checkpointed(block, new Map([...weights].filter(([name]) => name.startsWith(`h.${layer}.`))), h, ops, shared)
}

/**
 * The block, of which only what goes in is kept: the backward pass computes its inside again (Chen et al. 2016, "Training
 * deep nets with sublinear memory cost"). Dropout needs nothing kept: masks follow from their place.
 * @param weights those of the block alone
 */
function checkpointed<S extends Readonly<Record<string, tf.Tensor>>>(
  block: Block<S>,
  weights: Weights,
  h: tf.Tensor2D,
  ops: ModelOps,
  shared: S,
): tf.Tensor2D {
  const names = [...weights.keys()]
  const inputs = [h, ...weights.values()]
  const sharedNames = Object.keys(shared)
  return withGradient<tf.Tensor2D>(inputs, () => ({
    value: block(weights, h, ops, shared),
    saved: [...inputs, ...Object.values(shared)],
    gradient: (dy, [h, ...kept]) => {
      const values = kept.slice(0, names.length)
      const keptShared = Object.fromEntries(sharedNames.map((name, i) => [name, kept[names.length + i]])) as S
      return tf.tidy(() =>
        ops.anew(h as tf.Tensor2D, dy, (h, ops) => {
          const again = (...[h, ...values]: tf.Tensor[]): tf.Tensor =>
            block(new Map(names.map((name, i) => [name, values[i] as tf.Tensor])), h as tf.Tensor2D, ops, keptShared)
          return gradientsInside(again, [h, ...values], dy)
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
