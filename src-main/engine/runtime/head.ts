import * as tf from '@tensorflow/tfjs'
import { lossChunks, type LogitBounds } from '../../plan/head-chunks'
import { withGradient } from '../model/custom-gradient'
import { linear } from '../model/layers'
import type { Head, ModelOps } from './ops'

/** Scores of every piece of the vocabulary, float32 [N, V]. */
export function logitsOf({ hidden, weight, isTable, bias }: Head): tf.Tensor2D {
  if (bias && !isTable) return linear(hidden, weight, bias)
  const logits = tf.matMul<tf.Tensor2D>(hidden, weight, false, isTable)
  return bias ? logits.add(bias) : logits
}

function chunksOf({ hidden, weight, isTable }: Head, bounds: LogitBounds): number {
  return lossChunks(...hidden.shape, weight.shape[isTable ? 0 : 1], bounds)
}

/**
 * Mean loss over all tokens in nats, a scalar; differentiable in the head's tensors. Of many logits they and their
 * gradient only ever stand in memory for some of the rows.
 * @param targets int32 [N]
 */
export function meanLoss(head: Head, targets: tf.Tensor1D, ops: ModelOps, bounds = ops.logits): tf.Scalar {
  const chunks = chunksOf(head, bounds)
  if (chunks === 1) return ops.sparseCrossEntropy(logitsOf(head), targets).mean().asScalar()
  const { hidden, weight, isTable, bias } = head
  return withGradient<tf.Scalar>([hidden, weight, ...(bias ? [bias] : [])], () => {
    const { carry, outputs } = ops.scan({
      length: chunks,
      reverse: false,
      carry: [tf.zeros([1, 1]), tf.zerosLike(weight), ...(bias ? [tf.zeros<tf.Rank.R2>([1, bias.size])] : [])],
      inputs: [hidden, targets.expandDims<tf.Tensor2D>(1)],
      constants: [weight, ...(bias ? [bias.expandDims<tf.Tensor2D>(0)] : [])],
      step: (sums, inputs, constants) => {
        const [rows, targets] = inputs as [tf.Tensor2D, tf.Tensor2D]
        const [lossSum, weightSum, biasSum] = sums as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D?]
        const [weight, bias] = constants as [tf.Tensor2D, tf.Tensor2D?]
        const logits = logitsOf({ hidden: rows, weight, isTable, bias: bias ? bias.as1D() : null })
        const [losses, slope] = ops.crossEntropy(logits, targets.as1D())
        const dWeight = isTable ? tf.matMul(slope, rows, true, false) : tf.matMul(rows, slope, true, false)
        return {
          carry: [
            lossSum.add(losses.sum()),
            weightSum.add(dWeight),
            ...(biasSum ? [biasSum.add<tf.Tensor2D>(slope.sum(0, true))] : []),
          ],
          outputs: [tf.matMul(slope, weight, false, !isTable)],
        }
      },
    })
    const [lossSum, ...sums] = carry as [tf.Tensor2D, ...tf.Tensor2D[]]
    const share = 1 / targets.size
    return {
      value: lossSum.mul(share).asScalar(),
      saved: [...outputs, ...sums],
      gradient: (dy, saved) => {
        const [dHidden, dWeight, dBias] = saved.map((sum) => sum.mul(dy.mul(share)))
        return [dHidden as tf.Tensor, dWeight as tf.Tensor, ...(dBias ? [dBias.flatten()] : [])]
      },
    }
  })
}

/**
 * @param targets int32 [N]
 * @param mask float32 [N]: 1 for tokens that count
 * @returns float32 [2]: summed loss in nats, number of right guesses
 */
export function headScores(
  head: Head,
  targets: tf.Tensor1D,
  mask: tf.Tensor1D,
  ops: ModelOps,
  bounds = ops.logits,
): tf.Tensor1D {
  const scoresOf = (logits: tf.Tensor2D, targets: tf.Tensor1D, mask: tf.Tensor1D): tf.Tensor1D => {
    const loss = ops.sparseCrossEntropy(logits, targets).mul(mask).sum()
    const correct = logits.argMax(-1).equal(targets).cast('float32').mul(mask).sum()
    return tf.stack([loss, correct]).as1D()
  }
  const { hidden, weight, isTable, bias } = head
  const chunks = chunksOf(head, bounds)
  if (chunks === 1) return scoresOf(logitsOf(head), targets, mask)
  const { carry } = ops.scan({
    length: chunks,
    reverse: false,
    carry: [tf.zeros([1, 2])],
    inputs: [hidden, targets.expandDims<tf.Tensor2D>(1), mask.expandDims<tf.Tensor2D>(1)],
    constants: [weight, ...(bias ? [bias.expandDims<tf.Tensor2D>(0)] : [])],
    step: ([sum], inputs, constants) => {
      const [rows, targets, mask] = inputs as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D]
      const [weight, bias] = constants as [tf.Tensor2D, tf.Tensor2D?]
      const logits = logitsOf({ hidden: rows, weight, isTable, bias: bias ? bias.as1D() : null })
      const scores = scoresOf(logits, targets.as1D(), mask.as1D())
      return { carry: [(sum as tf.Tensor2D).add(scores.expandDims(0))], outputs: [] }
    },
  })
  return (carry[0] as tf.Tensor2D).as1D()
}
