import * as tf from '@tensorflow/tfjs'
import { withGradient } from './custom-gradient'

/**
 * The pieces that the models are built from. Each has its gradient written out: TensorFlow.js's tape would record
 * every small op and multiply by ones(shape) for every reduction. test/unit/model/layers.test.ts compares each with
 * the tape's gradient of the plain formula.
 */

const layerNormEpsilon = 1e-5

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

/** Exact GELU, x · Φ(x) with erf (Hendrycks and Gimpel 2016; torch.nn.GELU's default, so nanoGPT's). Any shape. */
export function gelu<T extends tf.Tensor>(x: T): T {
  return withGradient<T>([x], () => {
    const cdf = x.mul(Math.SQRT1_2).erf().add(1).mul(0.5)
    return {
      value: x.mul(cdf),
      saved: [x, cdf],
      gradient: (dy, saved) => {
        const [x, cdf] = saved as [T, tf.Tensor]
        const density = x
          .square()
          .mul(-0.5)
          .exp()
          .mul(1 / Math.sqrt(2 * Math.PI))
        return dy.mul(x.mul(density).add(cdf))
      },
    }
  })
}

/**
 * What a position may look at: 0 there, −1e9 at later positions, which the softmax turns into an exact 0.
 * `positions: int32 [T]` → of the first `count` positions: `[T, count]`
 */
export function causalMask(positions: tf.Tensor1D, count: number): tf.Tensor2D {
  return tf.tidy(() =>
    tf.range(0, count, 1, 'int32').greater(positions.expandDims(1)).cast('float32').mul<tf.Tensor2D>(-1e9),
  )
}

/** softmax(scores · scale + mask) over the last axis. `scores: [..., T, S]`, `mask: [T, S]`, a constant → like scores */
export function maskedSoftmax<T extends tf.Tensor>(scores: T, mask: tf.Tensor2D, scale: number): T {
  return withGradient<T>([scores], () => {
    const p = tf.softmax<T>(scores.mul(scale).add(mask))
    return {
      value: p,
      saved: [p],
      gradient: (dy, saved) => {
        const [p] = saved as [T]
        const dyp = dy.mul(p)
        return dyp.sub(p.mul(dyp.sum(-1, true))).mul(scale)
      },
    }
  })
}

const rmsNormEpsilon = 1e-6

/** x / sqrt(mean(x²) + 1e-6) over the last axis (Zhang and Sennrich 2019, without weights). Any shape. */
export function rmsNorm<T extends tf.Tensor>(x: T): T {
  return withGradient<T>([x], () => {
    const inverse = x.square().mean(-1, true).add(rmsNormEpsilon).rsqrt()
    const normed: T = x.mul(inverse)
    return {
      value: normed,
      saved: [normed, inverse],
      gradient: (dy, saved) => {
        const [normed, inverse] = saved as [T, tf.Tensor]
        return dy.sub(normed.mul(dy.mul(normed).mean(-1, true))).mul(inverse)
      },
    }
  })
}

/** max(0, x)² (So et al. 2021, "Primer"). Any shape. */
export function reluSquared<T extends tf.Tensor>(x: T): T {
  return withGradient<T>([x], () => {
    const positive = tf.relu(x)
    return {
      value: positive.square(),
      saved: [positive],
      gradient: (dy, [positive]) => dy.mul((positive as T).mul(2)),
    }
  })
}

const rotaryBase = 10_000

/** cos and sin of position · base^(−2i / headDim). `positions: int32 [T]` → `[T, headDim / 2]` each */
export function rotaryTurns(positions: tf.Tensor1D, headDim: number): { cos: tf.Tensor; sin: tf.Tensor } {
  const half = headDim / 2
  const inverse = Float32Array.from({ length: half }, (_, i) => rotaryBase ** ((-2 * i) / headDim))
  const angles = positions
    .cast('float32')
    .expandDims(1)
    .mul(tf.tensor2d(inverse, [1, half]))
  return { cos: angles.cos(), sin: angles.sin() }
}

/**
 * Turns each pair of numbers (i, i + headDim / 2) by the angle of its position, so that the product of a query and a key
 * depends on their distance only (Su et al. 2021; halves as in GPT-NeoX).
 *
 * `x: [..., T, headDim]`, `cos, sin: [T, headDim / 2]` (`rotaryTurns`) → like x
 */
export function rotary<T extends tf.Tensor>(x: T, cos: tf.Tensor, sin: tf.Tensor): T {
  const turned = (x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor): T => {
    const [first, second] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor]
    return tf.concat<T>([first.mul(cos).sub(second.mul(sin)), second.mul(cos).add(first.mul(sin))], -1)
  }
  // Turning back is the gradient of turning.
  return withGradient<T>([x], () => ({
    value: turned(x, cos, sin),
    saved: [cos, sin],
    gradient: (dy, saved) => {
      const [cos, sin] = saved as [tf.Tensor, tf.Tensor]
      return turned(dy, cos, sin.neg())
    },
  }))
}
