import * as tf from '@tensorflow/tfjs'
import type { Tier } from '../../../../src-preload/contract/records/steps'
import { headChunks, logitsInXla, logitsOfCard, logitsOfProcessor } from '../../../plan/execution'
import { differentiable } from '../../layers/cross-entropy'
import { dropping } from '../../layers/dropping'
import type { EngineOps } from '../../ops'
import { scaleFirstByPlace, scaleFirstInParts } from '../../optim/scale-first'
import { sitesPerStep, unrolledScan } from '../../scan'
import { castAttrs, typeAttr } from './attributes'
import type { TensorFlowBackend } from './backend'
import { cudnnAttention } from './cudnn-attention'
import { cudnnLstm } from './cudnn-lstm'
import { dropoutMask, type Masks } from './dropout-mask'
import { dtypes } from './dtypes'
import { rematerialised } from './rematerialised'
import { whileScan } from './while-scan'

/** They save 37.5 % of attention on a processor; twice as many would save 6 % more, with twice the operations (docs/log/043). */
const queryBlocks = (length: number): number => Math.min(4, Math.max(1, Math.floor(length / 64)))

/**
 * The model's special operations as TensorFlow's own ones; they compute or record, whichever the binding does.
 * @param masks null: dropout is off
 * @param tier of what is recorded; `eager`: nothing is
 */
export function tensorFlowOps(backend: TensorFlowBackend, masks: Masks | null, tier: Tier = 'eager'): EngineOps {
  const opsOf = (masks: Masks | null): EngineOps => tensorFlowOps(backend, masks, tier)
  return {
    embedding: (table, ids) => embedding(backend, table, ids),
    crossEntropy: (logits, targets) => crossEntropy(backend, logits, targets),
    sparseCrossEntropy: (logits, targets) =>
      differentiable((...inputs) => crossEntropy(backend, ...inputs), logits, targets),
    recompute: (x, dy, body) => {
      // Op by op nothing is merged.
      if (!backend.binding.recorder || masks === null) return body(x, opsOf(masks))
      return rematerialised(backend, x, masks.key, dy, (x, key) => body(x, opsOf({ ...masks, key })))
    },
    // Only XLA has the kernel, and only for bfloat16.
    attention: (...inputs) =>
      tier === 'xla' && backend.binding.recordMatMul ? cudnnAttention(backend, ...inputs) : null,
    logits: backend.cudnn ? logitsOfCard : tier === 'xla' ? logitsInXla : logitsOfProcessor,
    queryBlocks: tier === 'eager' || backend.cudnn ? () => 1 : queryBlocks,
    // XLA does not know cuDNN's ops.
    lstm: (...inputs) => (tier === 'graph' ? cudnnLstm(backend, ...inputs) : null),
    asOperand: (x) => (tier === 'xla' && backend.binding.recordMatMul ? roundedToBfloat16(backend, x) : x),
    scaleFirst: tier === 'xla' ? scaleFirstByPlace : scaleFirstInParts,
    sumOfSquares: (x) => sumOfSquares(backend, x, tier),
    scan: (scan) => {
      // A loop inside of a loop does not drop.
      const ofLoop = masks?.inLoop === true ? null : masks
      if (backend.binding.recorder) return whileScan(backend, scan, ofLoop, opsOf)
      // Op by op there is no graph to put a loop into.
      if (!ofLoop) return unrolledScan(scan, () => opsOf(masks))
      const made: number[] = []
      try {
        return unrolledScan(scan, (index) => {
          const offset = backend.binding.createTensor([2], dtypes.uint64, [0, index * sitesPerStep])
          made.push(offset)
          return opsOf({ key: ofLoop.key, offset, inLoop: true })
        })
      } finally {
        for (const id of made) backend.binding.deleteTensor(id)
      }
    },
    ...dropping(masks && ((shape, rate, site) => dropoutMask(backend, shape, rate, site, masks, tier))),
  }
}

function embedding(backend: TensorFlowBackend, table: tf.Tensor2D, ids: tf.Tensor1D): tf.Tensor2D {
  const [vocabSize, width] = table.shape
  const types = [
    typeAttr('Tparams', dtypes.float32),
    typeAttr('Tindices', dtypes.int32),
    typeAttr('Taxis', dtypes.int32),
  ]
  return tf.customGrad<tf.Tensor2D>((rows, save) => {
    const axis = tf.scalar(0, 'int32')
    // TensorFlow.js's own gather reads its indices on the host.
    const [value] = backend.execute('GatherV2', types, [rows as tf.Tensor, ids, axis], 1) as [tf.Tensor2D]
    ;(save as tf.GradSaveFunc)([ids])
    const gradFunc = (dy: tf.Tensor, [rowIds]: tf.Tensor[]): tf.Tensor => {
      const [rows, places] = [dy.reshape<tf.Tensor2D>([-1, width]), rowIds as tf.Tensor1D]
      return backend.cudnn ? sumByProduct(rows, places, vocabSize) : tf.unsortedSegmentSum(rows, places, vocabSize)
    }
    return { value, gradFunc }
  })(table)
}

/**
 * The sum of the rows that have the same number, by a product: a card otherwise adds them up in whatever order its threads
 * come along, and no run could be repeated to the bit.
 *
 * `rows: [N, D]`, `places: int32 [N]`, below `count` → `[count, D]`
 * @param most floats of one factor at once
 */
export function sumByProduct(
  rows: tf.Tensor2D,
  places: tf.Tensor1D,
  count: number,
  most = logitsOfCard.most,
): tf.Tensor2D {
  const chunks = headChunks(places.size, count, most)
  const size = places.size / chunks
  let sum: tf.Tensor2D | null = null
  for (let chunk = 0; chunk < chunks; chunk++) {
    const [part, at] = [rows.slice(chunk * size, size), places.slice(chunk * size, size)]
    const product = tf.matMul<tf.Tensor2D>(tf.oneHot(at, count).cast('float32'), part, true)
    sum = sum ? sum.add(product) : product
  }
  return sum ?? tf.zeros([count, rows.shape[1]])
}

/** On a processor TensorFlow has an op that writes no squares; within XLA it would be the same two. */
function sumOfSquares(backend: TensorFlowBackend, x: tf.Tensor1D, tier: Tier): tf.Scalar {
  if (tier === 'xla' || backend.context.hasGpu()) return x.square().sum().asScalar()
  const [half] = backend.execute('L2Loss', [typeAttr('T', dtypes.float32)], [x], 1) as [tf.Scalar]
  return half.mul(2)
}

/** float32, of which XLA keeps no more than the rounded numbers and widens them where they are read. */
function roundedToBfloat16<T extends tf.Tensor>(backend: TensorFlowBackend, x: T): T {
  const { binding } = backend
  const [rounded] = binding.executeOp('Cast', castAttrs(dtypes.float32, dtypes.bfloat16), [backend.idOf(x)], 1)
  const [widened] = backend.execute('Cast', castAttrs(dtypes.bfloat16, dtypes.float32), [rounded?.id ?? -1], 1) as [T]
  binding.deleteTensor(rounded?.id ?? -1)
  return widened
}

/** The op gives the loss and softmax − onehot in one pass. */
function crossEntropy(
  backend: TensorFlowBackend,
  logits: tf.Tensor2D,
  targets: tf.Tensor1D,
): [tf.Tensor1D, tf.Tensor2D] {
  const types = [typeAttr('T', dtypes.float32), typeAttr('Tlabels', dtypes.int32)]
  return backend.execute('SparseSoftmaxCrossEntropyWithLogits', types, [logits, targets], 2) as [
    tf.Tensor1D,
    tf.Tensor2D,
  ]
}
