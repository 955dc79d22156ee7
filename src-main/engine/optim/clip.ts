import * as tf from '@tensorflow/tfjs'

/**
 * What a gradient of that norm is multiplied by, so that its norm is `maxNorm` at most (Pascanu et al. 2013; as
 * torch.nn.utils.clip_grad_norm_).
 * @param norm of all gradients together: float32 [1]
 * @param maxNorm 0 turns clipping off
 * @returns float32 [1]
 */
export function clipScale(norm: tf.Tensor1D, maxNorm: number): tf.Tensor1D {
  if (maxNorm === 0) return tf.ones([1])
  return tf.minimum(1, tf.div<tf.Tensor1D>(maxNorm, norm.add(1e-6)))
}
