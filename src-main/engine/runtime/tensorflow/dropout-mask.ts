import * as tf from '@tensorflow/tfjs'
import type { Tier } from '../../../../src-preload/contract/records/steps'
import { typeAttr } from './attributes'
import type { TensorFlowBackend } from './backend'
import { materialised } from './materialised'
import { dtypes } from './dtypes'

/** Philox, in the numbering of StatelessRandomUniformV2 (tensorflow/core/framework/rng_alg.h). */
const philoxAlgorithm = 1

/** The bit of a step's key that has its masks drop nothing; no step's number is as large. */
const keepsAllBit = 31
const highestBit = 63
export const keepsAll = 1n << BigInt(keepsAllBit)

/** What decides the masks of a step; both in the binding. */
export interface Masks {
  /** uint64 [1]: seed and step */
  readonly key: number
  /** uint64 [2]: added to every mask's counter. Philox counts 128 bits: the low half counts a mask's numbers, the high half names the site. */
  readonly offset?: number
  /** Whether they are of a loop's step. */
  readonly inLoop?: boolean
}

/** 0 with probability `rate`, else 1 / (1 - rate): float32 of the shape. */
export function dropoutMask(
  backend: TensorFlowBackend,
  shape: number[],
  rate: number,
  site: number,
  { key, offset }: Masks,
  tier: Tier,
): tf.Tensor {
  const { binding } = backend
  const counters = [binding.createTensor([2], dtypes.uint64, [0, site])]
  try {
    if (offset !== undefined) {
      const both = [...counters, offset]
      counters.push(...binding.executeOp('AddV2', [typeAttr('T', dtypes.uint64)], both, 1).map(({ id }) => id))
    }
    const counter = counters.at(-1) as number
    return tf.tidy(() => {
      const draw = (key: number, counter: number): tf.Tensor => staying(backend, key, counter, shape, rate)
      // On a graphics card each loop's condition would be waited for.
      const isKept = tier === 'xla' && !backend.context.hasGpu()
      const stays = isKept ? materialised(backend, key, counter, shape, draw) : draw(key, counter)
      return stays.cast('float32').mul(1 / (1 - rate))
    })
  } finally {
    for (const counter of counters) binding.deleteTensor(counter)
  }
}

/** bool, like `shape`: false with probability `rate` */
function staying(backend: TensorFlowBackend, key: number, counter: number, shape: number[], rate: number): tf.Tensor {
  return tf.tidy(() => {
    const types = [typeAttr('dtype', dtypes.float32), typeAttr('Tshape', dtypes.int32)]
    const inputs = [tf.tensor1d(shape, 'int32'), key, counter, tf.scalar(philoxAlgorithm, 'int32')]
    const [uniform] = backend.execute('StatelessRandomUniformV2', types, inputs, 1) as [tf.Tensor]
    // On a graphics card nobody has measured it.
    return uniform.greaterEqual(backend.context.hasGpu() ? rate : threshold(backend, key, rate))
  })
}

/** float32 [1]: `rate`, or 0 where the key says that nothing is dropped. */
function threshold(backend: TensorFlowBackend, key: number, rate: number): tf.Tensor {
  const { binding } = backend
  const ids: number[] = []
  const made = (id: number): number => {
    ids.push(id)
    return id
  }
  const shifted = (op: string, value: number, by: number): number => {
    const bits = made(binding.createTensor([], dtypes.uint64, [by]))
    return made(binding.executeOp(op, [typeAttr('T', dtypes.uint64)], [value, bits], 1)[0]?.id ?? -1)
  }
  try {
    const bit = shifted('RightShift', shifted('LeftShift', key, highestBit - keepsAllBit), highestBit)
    const types = [typeAttr('SrcT', dtypes.uint64), typeAttr('DstT', dtypes.float32)]
    const [isKept] = backend.execute('Cast', types, [bit], 1) as [tf.Tensor]
    return tf.scalar(rate).mul(tf.scalar(1).sub(isKept))
  } finally {
    for (const id of ids) binding.deleteTensor(id)
  }
}
