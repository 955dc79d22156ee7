import type * as tf from '@tensorflow/tfjs'
import { typeAttr } from './attributes'
import type { TensorFlowBackend } from './backend'
import type { Output } from './c-api'
import { dtypes } from './dtypes'
import { recordNested, withIds } from './record'
import type { GraphRecorder } from './recorder'

const highestBit = 63
const variableTypes = [dtypes.int32, dtypes.int32, dtypes.uint64, dtypes.uint64, dtypes.bool]
type Variables = [index: Output, rounds: Output, key: Output, counter: Output, drawn: Output]

const add = (recorder: GraphRecorder, ...inputs: Output[]): Output =>
  recorder.single('AddV2', [typeAttr('T', dtypes.int32)], inputs)

/**
 * Records for XLA what `draw` makes so that it lies in memory as it is, one byte a number. XLA draws the random bits of all
 * masks before anything else, and compares them with the rate wherever a mask is used: of each number it keeps four
 * bytes. What a loop gives it cannot compute elsewhere, so this is one of a single round; that it is a single one only we
 * know: the highest bit of a key is 0 (a seed has 31). A barrier does not help, it is gone by then (docs/log/042).
 * @param key uint64 [1], counter: uint64 [2], both in the binding
 * @param draw from a key and a counter → bool, like `shape`
 */
export function materialised(
  backend: TensorFlowBackend,
  key: number,
  counter: number,
  shape: readonly number[],
  draw: (key: number, counter: number) => tf.Tensor,
): tf.Tensor {
  const { binding, context } = backend
  const outer = binding.recorder
  if (!outer) throw new Error('materialised: nothing is being recorded')
  const shapes = [[], [], [1], [2], shape]
  const variablesOf = (recorder: GraphRecorder): Variables =>
    variableTypes.map((dtype, i) => recorder.placeholder(dtype, shapes[i] ?? [])) as Variables
  const body = recordNested(backend, outer, 'draw', (recorder) => {
    const [index, rounds, key, counter] = variablesOf(recorder)
    return withIds(backend, [key, counter], (ofKey = -1, ofCounter = -1) => {
      const drawn = draw(ofKey, ofCounter)
      const output = binding.outputOf(backend.idOf(drawn))
      drawn.dispose()
      return [add(recorder, index, recorder.numbers(dtypes.int32, 1)), rounds, key, counter, output]
    })
  })
  const condition = recordNested(backend, outer, 'undrawn', (recorder) => {
    const [index, rounds] = variablesOf(recorder)
    return [recorder.single('Less', [typeAttr('T', dtypes.int32)], [index, rounds])]
  })

  const shift = outer.numbers(dtypes.uint64, [highestBit])
  const bit = outer.single('RightShift', [typeAttr('T', dtypes.uint64)], [binding.outputOf(key), shift])
  const zero = outer.single('Squeeze', [typeAttr('T', dtypes.int32)], [outer.cast(bit, dtypes.uint64, dtypes.int32)])
  const fill = [typeAttr('T', dtypes.bool), typeAttr('index_type', dtypes.int32)]
  const first: Variables = [
    outer.numbers(dtypes.int32, 0),
    add(outer, zero, outer.numbers(dtypes.int32, 1)),
    binding.outputOf(key),
    binding.outputOf(counter),
    outer.single('Fill', fill, [outer.numbers(dtypes.int32, shape), outer.numbers(dtypes.bool, 0)]),
  ]
  const drawn = outer.whileLoop(first, variableTypes, condition, body).at(-1) as Output
  for (const { fn } of [condition, body]) context.api.TF_DeleteFunction(fn)
  outer.setShape(drawn, shape)
  return backend.tensorOf(drawn)
}
