import * as tf from '@tensorflow/tfjs'
import type { RotaryConfig, RotaryTable } from '../ops'
import { withGradient } from './custom-gradient'

/**
 * How far each pair of numbers turns from one position to the next: base^(−2i / headDim), for long contexts slowed down
 * where a whole turn takes longer than the model was trained to look (Llama 3.1's `rope_scaling`; transformers,
 * `_compute_llama3_parameters`).
 */
export function frequenciesOf({ headDim, base, scaling }: RotaryConfig): Float32Array {
  return Float32Array.from({ length: headDim / 2 }, (_, i) => {
    const frequency = base ** ((-2 * i) / headDim)
    if (!scaling) return frequency
    const { factor, lowFreqFactor, highFreqFactor, originalWindow } = scaling
    const turnsInWindow = (originalWindow * frequency) / (2 * Math.PI)
    if (turnsInWindow > highFreqFactor) return frequency
    if (turnsInWindow < lowFreqFactor) return frequency / factor
    const smooth = (turnsInWindow - lowFreqFactor) / (highFreqFactor - lowFreqFactor)
    return ((1 - smooth) * frequency) / factor + smooth * frequency
  })
}

/** cos and sin of position · frequency. `positions: int32 [T]` → `[T, headDim / 2]` each */
export function rotaryTable(positions: tf.Tensor1D, config: RotaryConfig): RotaryTable {
  const frequencies = tf.tensor2d(frequenciesOf(config), [1, config.headDim / 2])
  const angles = positions.cast('float32').expandDims(1).mul<tf.Tensor2D>(frequencies)
  return { cos: angles.cos(), sin: angles.sin() }
}

/**
 * Turns each pair of numbers (i, i + headDim / 2) by the angle of its position, so that the product of a query and a key
 * depends on their distance only (Su et al. 2021; halves as in GPT-NeoX and Llama).
 *
 * `x: [..., T, headDim]` → like x
 */
export function rotate<T extends tf.Tensor>(x: T, { cos, sin }: RotaryTable): T {
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
