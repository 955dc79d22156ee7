import type * as tf from '@tensorflow/tfjs'
import { withGradient } from './custom-gradient'

/** torch.nn.LayerNorm's, and GPT-2's. */
const layerNormEpsilon = 1e-5

/**
 * (x − mean) / sqrt(variance + 1e-5) · weight + bias over the last axis (Ba et al. 2016; torch.nn.LayerNorm).
 *
 * `x: [N, D]`, `weight, bias: [D]` → `[N, D]`
 */
export function layerNorm(x: tf.Tensor2D, weight: tf.Tensor1D, bias: tf.Tensor1D): tf.Tensor2D {
  return withGradient([x, weight, bias], () => {
    const centred = x.sub(x.mean(-1, true))
    const inverseStd = centred.square().mean(-1, true).add(layerNormEpsilon).rsqrt() // (N, 1)
    const normed = centred.mul(inverseStd)
    return {
      value: normed.mul(weight).add<tf.Tensor2D>(bias),
      saved: [normed, inverseStd, weight],
      gradient: (dy, saved) => {
        const [normed, inverseStd, weight] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D]
        const dyNormed = dy.mul(normed)
        const dNormed = dy.mul(weight)
        const dx = dNormed
          .sub(dNormed.mean(-1, true))
          .sub(normed.mul(dNormed.mul(normed).mean(-1, true)))
          .mul(inverseStd)
        return [dx, dyNormed.sum(0), dy.sum(0)]
      },
    }
  })
}

/**
 * x / sqrt(mean(x²) + epsilon) · weight over the last axis (Zhang and Sennrich 2019; transformers' LlamaRMSNorm).
 *
 * `x: [N, D]`, `weight: [D]` → `[N, D]`
 */
export function rmsNorm(x: tf.Tensor2D, weight: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  return withGradient([x, weight], () => {
    const inverse = x.square().mean(-1, true).add(epsilon).rsqrt() // (N, 1)
    const normed = x.mul<tf.Tensor2D>(inverse)
    return {
      value: normed.mul<tf.Tensor2D>(weight),
      saved: [normed, inverse, weight],
      gradient: (dy, saved) => {
        const [normed, inverse, weight] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D]
        const dNormed = dy.mul<tf.Tensor2D>(weight)
        const dx = dNormed.sub(normed.mul(dNormed.mul(normed).mean(-1, true))).mul(inverse)
        return [dx, dy.mul(normed).sum(0)]
      },
    }
  })
}
