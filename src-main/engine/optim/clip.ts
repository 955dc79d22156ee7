import * as tf from '@tensorflow/tfjs'

/**
 * Scales a gradient down to a global norm (Pascanu et al. 2013; as torch.nn.utils.clip_grad_norm_).
 * @param gradients all of them, in as many vectors as there are: float32 [P] each
 * @param squaredNorm sum of the squares of all numbers
 * @param maxNorm 0 turns clipping off
 * @returns the gradients, and their norm before clipping, a scalar
 */
export function clipByNorm(
  gradients: readonly tf.Tensor1D[],
  squaredNorm: tf.Scalar,
  maxNorm: number,
): { gradients: readonly tf.Tensor1D[]; norm: tf.Scalar } {
  const norm = squaredNorm.sqrt().asScalar()
  if (maxNorm === 0) return { gradients, norm }
  const scale = tf.minimum(1, tf.div(maxNorm, norm.add(1e-6)))
  return { gradients: gradients.map((gradient) => gradient.mul(scale)), norm }
}
