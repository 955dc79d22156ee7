import type * as tf from '@tensorflow/tfjs'
import { withGradient } from './custom-gradient'
import type { EngineOps } from '../ops'

/** The loss of each token [N], differentiable in the logits, of an engine's own `crossEntropy`. */
export function differentiable(
  crossEntropy: EngineOps['crossEntropy'],
  logits: tf.Tensor2D,
  targets: tf.Tensor1D,
): tf.Tensor1D {
  return withGradient<tf.Tensor1D>([logits], () => {
    const [value, slope] = crossEntropy(logits, targets)
    return { value, saved: [slope], gradient: (dy, [slope]) => (slope as tf.Tensor).mul(dy.expandDims(-1)) }
  })
}
