import * as tf from '@tensorflow/tfjs'

/** The first `count` numbers times `factor`, the rest as they are. x: float32 [N] → float32 [N]. Not differentiable. */
export type ScaleFirst = (x: tf.Tensor1D, count: number, factor: tf.Scalar) => tf.Tensor1D

/** In two parts: the fewest numbers in memory, where each operation writes its own. */
export const scaleFirstInParts: ScaleFirst = (x, count, factor) => {
  const rest = x.size - count
  if (rest === 0) return x.mul(factor)
  return tf.concat1d([x.slice(0, count).mul(factor), x.slice(count, rest)])
}

/**
 * Number by number: so XLA may change x in place, and makes nothing in between. The places are a constant of x's length,
 * which TensorFlow writes out before it compiles: none where all numbers are scaled.
 */
export const scaleFirstByPlace: ScaleFirst = (x, count, factor) => {
  if (count === x.size) return x.mul(factor)
  return x.mul(tf.where(tf.range(0, x.size, 1, 'int32').less(count), factor, tf.scalar(1)))
}
