import * as tf from '@tensorflow/tfjs'

/**
 * Scales a gradient down to a global norm (Pascanu et al. 2013; as torch.nn.utils.clip_grad_norm_).
 * @param gradient all gradients in one vector: float32 [P]
 * @param maxNorm 0 turns clipping off
 * @returns the gradient [P] and its norm before clipping, a scalar
 */
export function clipByNorm(gradient: tf.Tensor1D, maxNorm: number): { gradient: tf.Tensor1D; norm: tf.Scalar } {
  const norm = gradient.square().sum().sqrt().asScalar()
  if (maxNorm === 0) return { gradient, norm }
  const scale = tf.minimum(1, tf.div(maxNorm, norm.add(1e-6)))
  return { gradient: gradient.mul(scale), norm }
}
