import * as tf from '@tensorflow/tfjs'
import { lossChunks, type LogitBounds } from '../../plan/execution'
import { withGradient } from './custom-gradient'
import { linear } from './linear'
import type { EngineOps, Head } from '../ops'

/** A head with its weights. */
export interface HeadTensors extends Pick<Head, 'hidden' | 'isTable'> {
  /** float32 [D, V]; a table [V, D] */
  readonly weight: tf.Tensor2D
  /** float32 [V] */
  readonly bias: tf.Tensor1D | null
}

/** Scores of every piece of the vocabulary, float32 [N, V]. */
export function logitsOf({ hidden, weight, isTable, bias }: HeadTensors): tf.Tensor2D {
  if (bias && !isTable) return linear(hidden, weight, bias)
  const logits = tf.matMul<tf.Tensor2D>(hidden, weight, false, isTable)
  return bias ? logits.add(bias) : logits
}

function chunksOf({ hidden, weight, isTable }: HeadTensors, bounds: LogitBounds): number {
  return lossChunks(...hidden.shape, weight.shape[isTable ? 0 : 1], bounds)
}

/** 1 for tokens that count, 0 for those whose target is -1. `targets: int32 [N]` → float32 [N] */
const countsOf = (targets: tf.Tensor1D): tf.Tensor1D => targets.greaterEqual(0).cast('float32')

/** How many of them count. `targets: int32 [N]` → float32 [1] */
export const countOf = (targets: tf.Tensor1D): tf.Tensor1D => countsOf(targets).sum().as1D()

/** What an engine's cross-entropy takes: a token of the vocabulary also where none counts. */
const knownOf = (targets: tf.Tensor1D): tf.Tensor1D => targets.maximum(tf.scalar(0, 'int32'))

/**
 * Sum of the loss over the tokens that count, in nats, a scalar; differentiable in the head's tensors (as
 * torch.nn.functional.cross_entropy with ignore_index = -1 and reduction = 'sum'). Of many logits they and their gradient
 * only ever stand in memory for some of the rows.
 * @param targets int32 [N]; -1 does not count
 */
export function lossSumOf(head: HeadTensors, targets: tf.Tensor1D, ops: EngineOps, bounds = ops.logits): tf.Scalar {
  const chunks = chunksOf(head, bounds)
  if (chunks === 1)
    return ops.sparseCrossEntropy(logitsOf(head), knownOf(targets)).mul(countsOf(targets)).sum().asScalar()
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
        const counts = countsOf(targets.as1D())
        const [losses, slope] = ops.crossEntropy(logits, knownOf(targets.as1D()))
        // What does not count is taken out of the rows, which are shorter than the slopes.
        const counted = counts.expandDims<tf.Tensor2D>(1)
        const countedRows = rows.mul<tf.Tensor2D>(counted)
        const dWeight = isTable
          ? tf.matMul(slope, countedRows, true, false)
          : tf.matMul(countedRows, slope, true, false)
        return {
          carry: [
            lossSum.add(losses.mul(counts).sum()),
            weightSum.add(dWeight),
            ...(biasSum ? [biasSum.add<tf.Tensor2D>(slope.mul(counted).sum(0, true))] : []),
          ],
          outputs: [tf.matMul<tf.Tensor2D>(slope, weight, false, !isTable).mul<tf.Tensor2D>(counted)],
        }
      },
    })
    const [lossSum, ...sums] = carry as [tf.Tensor2D, ...tf.Tensor2D[]]
    return {
      value: lossSum.asScalar(),
      saved: [...outputs, ...sums],
      gradient: (dy, saved) => {
        const [dHidden, dWeight, dBias] = saved.map((sum) => sum.mul(dy))
        return [dHidden as tf.Tensor, dWeight as tf.Tensor, ...(dBias ? [dBias.flatten()] : [])]
      },
    }
  })
}

/**
 * How well each token is guessed.
 * @param targets int32 [N]; -1 does not count
 * @returns float32 [N, 2]: loss in nats, and 1 where the likeliest guess is right; both 0 for a token that does not count
 */
export function headScores(head: HeadTensors, targets: tf.Tensor1D, ops: EngineOps, bounds = ops.logits): tf.Tensor2D {
  const scoresOf = (logits: tf.Tensor2D, targets: tf.Tensor1D): tf.Tensor2D => {
    const losses = ops.sparseCrossEntropy(logits, knownOf(targets)).mul<tf.Tensor1D>(countsOf(targets))
    // No guess is -1.
    const right = logits.argMax(-1).equal(targets).cast('float32')
    return tf.stack([losses, right], 1) as tf.Tensor2D
  }
  const { hidden, weight, isTable, bias } = head
  const chunks = chunksOf(head, bounds)
  if (chunks === 1) return scoresOf(logitsOf(head), targets)
  const { outputs } = ops.scan({
    length: chunks,
    reverse: false,
    carry: [],
    inputs: [hidden, targets.expandDims<tf.Tensor2D>(1)],
    constants: [weight, ...(bias ? [bias.expandDims<tf.Tensor2D>(0)] : [])],
    step: (_, inputs, constants) => {
      const [rows, targets] = inputs as [tf.Tensor2D, tf.Tensor2D]
      const [weight, bias] = constants as [tf.Tensor2D, tf.Tensor2D?]
      const logits = logitsOf({ hidden: rows, weight, isTable, bias: bias ? bias.as1D() : null })
      return { carry: [], outputs: [scoresOf(logits, targets.as1D())] }
    },
  })
  return outputs[0] as tf.Tensor2D
}
