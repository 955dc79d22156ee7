import type * as tf from '@tensorflow/tfjs'
import { withGradient } from './custom-gradient'

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

/** gate · sigmoid(gate) · up (Shazeer 2020, "GLU variants improve Transformer"). One shape, any. */
export function swiGlu<T extends tf.Tensor>(gate: T, up: T): T {
  return withGradient<T>([gate, up], () => {
    const open: T = gate.sigmoid()
    const silu: T = gate.mul(open)
    return {
      value: silu.mul(up),
      saved: [open, silu, up],
      gradient: (dy, saved) => {
        const [open, silu, up] = saved as [T, T, T]
        // silu' = sigmoid + silu · (1 − sigmoid)
        const slope = open.add(silu).sub(silu.mul(open))
        return [dy.mul(up).mul(slope), dy.mul(silu)]
      },
    }
  })
}
