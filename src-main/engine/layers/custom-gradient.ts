import * as tf from '@tensorflow/tfjs'

export interface WithGradient<T extends tf.Tensor> {
  readonly value: T
  /** What `gradient` needs: kept alive until the backward pass is over. */
  readonly saved: readonly tf.Tensor[]
  /** From dLoss/dValue and the saved tensors to dLoss/dInput, one for each input, in order. */
  readonly gradient: (dy: T, saved: readonly tf.Tensor[]) => tf.Tensor | tf.Tensor[]
}

/**
 * Runs `forward` as one step on TensorFlow.js's tape, with the gradient that it brings along. Tensors that are used
 * inside but are not among `inputs` count as constants.
 */
export function withGradient<T extends tf.Tensor>(inputs: readonly tf.Tensor[], forward: () => WithGradient<T>): T {
  return tf.customGrad<T>((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc
    const { value, saved, gradient } = forward()
    save([...saved])
    return { value, gradFunc: (dy: T, kept: tf.Tensor[]) => gradient(dy, kept) }
  })(...inputs)
}
