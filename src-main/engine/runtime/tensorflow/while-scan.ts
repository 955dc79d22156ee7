import * as tf from '@tensorflow/tfjs'
import type { EngineOps } from '../../ops'
import { sitesPerStep, type Scan, type ScanResult } from '../../scan'
import { attrTypes, typeAttr } from './attributes'
import type { TensorFlowBackend } from './backend'
import type { Output } from './c-api'
import type { Masks } from './dropout-mask'
import { dtypes } from './dtypes'
import { recordNested, withIds } from './record'
import type { GraphRecorder } from './recorder'

const elementType = typeAttr('element_dtype', dtypes.float32)
const int32 = [typeAttr('T', dtypes.int32)]
const uint64 = [typeAttr('T', dtypes.uint64)]

const dtypeOf = (tensor: tf.Tensor): number => (tensor.dtype === 'int32' ? dtypes.int32 : dtypes.float32)

/**
 * The loop as a StatelessWhile of the graph that is being recorded: XLA compiles its body once, whatever the length.
 * Variables of the loop: step number, carry, inputs, constants, what decides the masks where something drops, then one
 * list of tensors for each output.
 * @param masks around the loop; null: nothing drops
 * @param opsOf of a step, which drops by masks of its own
 */
export function whileScan(
  backend: TensorFlowBackend,
  scan: Scan,
  masks: Masks | null,
  opsOf: (masks: Masks | null) => EngineOps,
): ScanResult {
  const { binding, context } = backend
  const outer = binding.recorder
  if (!outer) throw new Error('whileScan: nothing is being recorded')
  const { length, carry, inputs, constants } = scan
  const outputOf = (tensor: tf.Tensor): Output => binding.outputOf(backend.idOf(tensor))
  const int = (recorder: GraphRecorder, value: number | number[]): Output => recorder.numbers(dtypes.int32, value)
  const tensors = [...carry, ...inputs, ...constants]
  const noOffset = (): Output => outer.numbers(dtypes.uint64, [0, 0])
  const ofMasks = masks
    ? [binding.outputOf(masks.key), masks.offset === undefined ? noOffset() : binding.outputOf(masks.offset)]
    : []
  const given = [
    ...tensors.map((tensor) => ({ output: outputOf(tensor), dtype: dtypeOf(tensor), shape: tensor.shape })),
    ...ofMasks.map((output, i) => ({ output, dtype: dtypes.uint64, shape: [i + 1] })),
  ]

  let shapes: number[][] = []
  const body = recordNested(backend, outer, 'body', (recorder) => {
    const index = recorder.placeholder(dtypes.int32, [])
    const variables = given.map(({ dtype, shape }) => recorder.placeholder(dtype, shape))
    const at = scan.reverse ? recorder.single('Sub', int32, [int(recorder, length - 1), index]) : index
    /** uint64 [2]: what is added to a mask's counter in this step. @param around the same around the loop */
    const offsetOf = (around: Output): Output => {
      const step = recorder.cast(at, dtypes.int32, dtypes.uint64)
      const sites = recorder.single('Mul', uint64, [step, recorder.numbers(dtypes.uint64, sitesPerStep)])
      const ofStep = recorder.single('Pack', uint64, [recorder.numbers(dtypes.uint64, 0), sites])
      return recorder.single('AddV2', uint64, [around, ofStep])
    }
    const part = (input: tf.Tensor2D, variable: Output): tf.Tensor2D => {
      const rows = input.shape[0] / length
      const row = recorder.single('Mul', int32, [at, int(recorder, rows)])
      const begin = recorder.single('Pack', int32, [row, int(recorder, 0)])
      const size = int(recorder, [rows, input.shape[1]])
      const types = [typeAttr('T', dtypeOf(input)), typeAttr('Index', dtypes.int32)]
      return backend.tensorOf(recorder.single('Slice', types, [variable, begin, size])) as tf.Tensor2D
    }
    const [ofKey, around] = variables.slice(tensors.length)
    const ofStep = ofKey && around ? [ofKey, offsetOf(around)] : []
    const recordStep = (masks: Masks | null): Output[] => {
      const first = carry.length
      const some = (from: number, count: number): Output[] => variables.slice(from, from + count)
      const step = scan.step(
        some(0, first).map((variable) => backend.tensorOf(variable) as tf.Tensor2D),
        some(first, inputs.length).map((variable, i) => part(inputs[i] as tf.Tensor2D, variable)),
        some(first + inputs.length, constants.length).map((variable) => backend.tensorOf(variable) as tf.Tensor2D),
        opsOf(masks),
      )
      shapes = step.outputs.map(({ shape }) => [...shape])
      const lists = shapes.map(() => recorder.placeholder(dtypes.variant, []))
      const filled = lists.map((list, i) =>
        recorder.single('TensorListSetItem', [elementType], [list, at, outputOf(step.outputs[i] as tf.Tensor)]),
      )
      const unchanged = variables.slice(first)
      const next = recorder.single('AddV2', int32, [index, int(recorder, 1)])
      return [next, ...step.carry.map(outputOf), ...unchanged, ...filled]
    }
    return withIds(backend, ofStep, (key, offset) => {
      let results: Output[] = []
      tf.tidy(() => {
        results = recordStep(key === undefined || offset === undefined ? null : { key, offset, inLoop: true })
      })
      return results
    })
  })
  const condition = recordNested(backend, outer, 'condition', (recorder) => {
    const index = recorder.placeholder(dtypes.int32, [])
    for (const { dtype, shape } of given) recorder.placeholder(dtype, shape)
    for (let i = 0; i < shapes.length; i++) recorder.placeholder(dtypes.variant, [])
    return [recorder.single('Less', int32, [index, int(recorder, length)])]
  })

  const lists = shapes.map((shape) =>
    outer.single(
      'TensorListReserve',
      [elementType, typeAttr('shape_type', dtypes.int32)],
      [int(outer, shape), int(outer, length)],
    ),
  )
  const variables = [int(outer, 0), ...given.map(({ output }) => output), ...lists]
  const dtypesOf = [dtypes.int32, ...given.map(({ dtype }) => dtype), ...lists.map(() => dtypes.variant)]
  const results = outer.whileLoop(variables, dtypesOf, condition, body)
  for (const { fn } of [condition, body]) context.api.TF_DeleteFunction(fn)
  const outputs = shapes.map((shape, i) => {
    const stackTypes = [elementType, { name: 'num_elements', type: attrTypes.int, value: length }]
    const list = results[1 + given.length + i] as Output
    const stacked = outer.single('TensorListStack', stackTypes, [list, int(outer, shape)])
    outer.setShape(stacked, [length, ...shape])
    const [rows = 0, ...rest] = shape
    return (backend.tensorOf(stacked) as tf.Tensor3D).reshape<tf.Tensor2D>([length * rows, ...rest])
  })
  const carried = carry.map((tensor, i) => {
    const result = results[1 + i] as Output
    outer.setShape(result, tensor.shape)
    return backend.tensorOf(result) as tf.Tensor2D
  })
  return { carry: carried, outputs }
}
