import * as tf from '@tensorflow/tfjs'
import { withGradient } from './custom-gradient'

/** x · weight + bias. `x: [N, in]`, `weight: [in, out]`, `bias: [out]` → `[N, out]` */
export function linear(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  return withGradient([x, weight, bias], () => ({
    value: tf.matMul(x, weight).add<tf.Tensor2D>(bias),
    saved: [x, weight],
    gradient: (dy, [x, weight]) => [
      tf.matMul(dy, weight as tf.Tensor2D, false, true),
      tf.matMul(x as tf.Tensor2D, dy, true, false),
      dy.sum(0),
    ],
  }))
}
