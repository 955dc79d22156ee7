import * as tf from '@tensorflow/tfjs'
import { logitsOfProcessor } from '../../plan/execution'
import { sizeOf } from '../model/weight-table'
import { RandomStream } from '../random'
import { differentiable } from '../layers/cross-entropy'
import { dropping } from '../layers/dropping'
import type { EngineOps } from '../ops'
import { scaleFirstInParts } from '../optim/scale-first'
import { sitesPerStep, unrolledScan } from '../scan'

/** Which masks dropout draws; null: dropout is off. */
export interface DropoutKey {
  readonly seed: number
  readonly step: number
  /** Of a loop, where dropout is inside of one. */
  readonly loopStep?: number
}

/** The model's special operations, put together from TensorFlow.js's own: for every engine but TensorFlow. */
export function composedOps(key: DropoutKey | null): EngineOps {
  return {
    embedding,
    crossEntropy,
    sparseCrossEntropy: (logits, targets) => differentiable(crossEntropy, logits, targets),
    // Op by op nothing is merged.
    recompute: (x, _, body) => body(x, composedOps(key)),
    attention: () => null,
    logits: logitsOfProcessor,
    queryBlocks: () => 1,
    lstm: () => null,
    asOperand: (x) => x,
    scaleFirst: scaleFirstInParts,
    sumOfSquares: (x) => x.square().sum().asScalar(),
    scan: (scan) => unrolledScan(scan, (index) => composedOps(keyInLoop(key, index))),
    ...dropping(key && ((shape, rate, site) => dropoutMask(shape, rate, site, key))),
  }
}

/** @param loopStep of a loop: each of its steps drops by masks of its own */
export function keyInLoop(key: DropoutKey | null, loopStep: number): DropoutKey | null {
  // Step 0 of a loop inside of step i is as good as step i itself; nothing drops in there.
  return key && { ...key, loopStep: key.loopStep ?? loopStep }
}

/** The number that a mask is drawn by: step 0 of a loop drops as no loop does. */
export const maskSite = (site: number, { loopStep = 0 }: DropoutKey): number => site + loopStep * sitesPerStep

function embedding(table: tf.Tensor2D, ids: tf.Tensor1D): tf.Tensor2D {
  const [vocabSize] = table.shape
  return tf.customGrad<tf.Tensor2D>((rows, save) => {
    ;(save as tf.GradSaveFunc)([ids])
    const gradFunc = (dy: tf.Tensor, [rowIds]: tf.Tensor[]): tf.Tensor =>
      tf.unsortedSegmentSum(dy, rowIds as tf.Tensor1D, vocabSize)
    return { value: tf.gather(rows as tf.Tensor2D, ids), gradFunc }
  })(table)
}

function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor1D): [tf.Tensor1D, tf.Tensor2D] {
  const [, vocabSize] = logits.shape
  const shifted = logits.sub(logits.max(-1, true))
  const exponentials = shifted.exp()
  const total = exponentials.sum(-1, true)
  const expected = tf.oneHot(targets, vocabSize).cast('float32')
  const loss: tf.Tensor1D = total.log().squeeze<tf.Tensor1D>([-1]).sub(shifted.mul(expected).sum(-1))
  return [loss, exponentials.div(total).sub(expected)]
}

/** 0 or 1 / (1 - rate), drawn on the host: the counter makes it the same whenever a step is repeated. */
function dropoutMask(shape: number[], rate: number, site: number, key: DropoutKey): tf.Tensor {
  const random = new RandomStream(key.seed, 'dropout', key.step, maskSite(site, key))
  const mask = new Float32Array(sizeOf(shape))
  const threshold = Math.round(rate * 0x100000000)
  const kept = 1 / (1 - rate)
  for (let i = 0; i < mask.length; i++) mask[i] = random.uint32() >= threshold ? kept : 0
  return tf.tensor(mask, shape)
}
