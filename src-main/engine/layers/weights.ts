import type * as tf from '@tensorflow/tfjs'
import type { Weights } from '../ops'

function named(weights: Weights, name: string, rank: number): tf.Tensor {
  const tensor = weights.get(name)
  if (tensor === undefined) throw new Error(`Weight ${name} is missing; there are ${weights.size}`)
  if (tensor.rank !== rank) throw new Error(`Weight ${name}: expected rank ${rank}, got [${tensor.shape.join(', ')}]`)
  return tensor
}

export const matrix = (weights: Weights, name: string): tf.Tensor2D => named(weights, name, 2) as tf.Tensor2D
export const vector = (weights: Weights, name: string): tf.Tensor1D => named(weights, name, 1) as tf.Tensor1D
