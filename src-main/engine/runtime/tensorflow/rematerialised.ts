import type * as tf from '@tensorflow/tfjs'
import { castAttrs, typeAttr, type Attribute } from './attributes'
import type { TensorFlowBackend } from './backend'
import { dtypes } from './dtypes'

const uint64 = [typeAttr('T', dtypes.uint64)]
const highestBit = 63

/**
 * Records for `body` a tensor and a dropout key with the values of `x` and of `dropoutKey`, made of them and of `dy` by
 * arithmetic that no compiler can fold: that the highest bit of a key is 0 (a seed has 31) only we know. Without it the
 * graph's optimizer and XLA find that the same was computed before, and keep it instead (measured, docs/log/027); XLA
 * does not look at control inputs.
 */
export function rematerialised<X extends tf.Tensor, T>(
  backend: TensorFlowBackend,
  x: X,
  dropoutKey: number,
  dy: tf.Tensor,
  body: (x: X, dropoutKey: number) => T,
): T {
  const { binding } = backend
  const made: number[] = []
  const kept = (id: number): number => {
    made.push(id)
    return id
  }
  const single = (name: string, attributes: Attribute[], inputs: number[]): number =>
    kept(binding.executeOp(name, attributes, inputs, 1)[0]?.id ?? -1)
  try {
    const shift = kept(binding.createTensor([1], dtypes.uint64, [highestBit]))
    const bit = single('RightShift', uint64, [dropoutKey, shift])
    const [zero] = backend.execute('Cast', castAttrs(dtypes.uint64, dtypes.float32), [bit], 1) as [tf.Tensor1D]
    const late = zero.mul(dy.flatten().slice(0, 1)) // 0, when dy is there
    const nothing = single('Cast', castAttrs(dtypes.float32, dtypes.uint64), [backend.idOf(late)])
    return body(x.mul(late.add(1)), single('AddV2', uint64, [dropoutKey, nothing]))
  } finally {
    for (const id of made) binding.deleteTensor(id)
  }
}
