import * as tf from '@tensorflow/tfjs'
import type { Scan } from '../scan'
import { attrTypes, typeAttr } from './attributes'
import type { TensorFlowBackend } from './backend'
import type { NativeFunction, Output } from './c-api'
import { dtypes } from './dtypes'
import { record } from './record'
import type { GraphRecorder } from './recorder'

let recorded = 0

const elementType = typeAttr('element_dtype', dtypes.float32)
const int32 = [typeAttr('T', dtypes.int32)]

/** Records one op with one result. */
function single(
  recorder: GraphRecorder,
  name: string,
  attributes: Parameters<GraphRecorder['op']>[1],
  inputs: Output[],
) {
  return recorder.op(name, attributes, inputs, 1)[0] as Output
}

/**
 * The loop as a StatelessWhile of the graph that is being recorded: XLA compiles its body once, whatever the length.
 * Variables of the loop: step number, carry, inputs, constants, then one list of tensors for each output.
 */
export function whileScan(backend: TensorFlowBackend, scan: Scan): tf.Tensor2D[] {
  const { binding, context } = backend
  const outer = binding.recorder
  if (!outer) throw new Error('whileScan: nothing is being recorded')
  const { length, carry, inputs, constants } = scan
  const outputOf = (tensor: tf.Tensor): Output => binding.outputOf(backend.idOf(tensor))
  const int = (recorder: GraphRecorder, value: number | number[]): Output => {
    const shape = typeof value === 'number' ? [] : [value.length]
    const tensor = context.newTensor(dtypes.int32, shape, Int32Array.of(...[value].flat()))
    try {
      return recorder.constant(tensor, dtypes.int32)
    } finally {
      context.api.TF_DeleteTensor(tensor)
    }
  }
  const tensors = [...carry, ...inputs, ...constants]
  const name = `scan_${recorded++}`
  /** Registered, and handed on for the graph's own copy. */
  const nested = (what: string, outputsOf: (recorder: GraphRecorder) => readonly Output[]): NativeFunction =>
    record(backend, (recorder) => {
      const fn = recorder.toFunction(`${name}_${what}`, outputsOf(recorder))
      context.addFunction(fn)
      return fn
    })

  let shapes: number[][] = []
  const body = nested('body', (recorder) => {
    const index = recorder.placeholder(dtypes.int32, [])
    const variables = tensors.map(({ shape }) => recorder.placeholder(dtypes.float32, shape))
    const at = scan.reverse ? single(recorder, 'Sub', int32, [int(recorder, length - 1), index]) : index
    let results: Output[] = []
    tf.tidy(() => {
      const part = (input: tf.Tensor2D, variable: Output): tf.Tensor2D => {
        const rows = input.shape[0] / length
        const row = single(recorder, 'Mul', int32, [at, int(recorder, rows)])
        const begin = recorder.op('Pack', int32, [row, int(recorder, 0)], 1)[0] as Output
        const size = int(recorder, [rows, input.shape[1]])
        const types = [typeAttr('T', dtypes.float32), typeAttr('Index', dtypes.int32)]
        return backend.tensorOf(single(recorder, 'Slice', types, [variable, begin, size])) as tf.Tensor2D
      }
      const first = carry.length
      const given = (from: number, count: number): Output[] => variables.slice(from, from + count)
      const step = scan.step(
        given(0, first).map((variable) => backend.tensorOf(variable) as tf.Tensor2D),
        given(first, inputs.length).map((variable, i) => part(inputs[i] as tf.Tensor2D, variable)),
        given(first + inputs.length, constants.length).map((variable) => backend.tensorOf(variable) as tf.Tensor2D),
      )
      shapes = step.outputs.map(({ shape }) => [...shape])
      const lists = shapes.map(() => recorder.placeholder(dtypes.variant, []))
      const filled = lists.map((list, i) =>
        single(recorder, 'TensorListSetItem', [elementType], [list, at, outputOf(step.outputs[i] as tf.Tensor)]),
      )
      const unchanged = variables.slice(first)
      const next = single(recorder, 'AddV2', int32, [index, int(recorder, 1)])
      results = [next, ...step.carry.map(outputOf), ...unchanged, ...filled]
    })
    return results
  })
  const condition = nested('condition', (recorder) => {
    const index = recorder.placeholder(dtypes.int32, [])
    for (const { shape } of tensors) recorder.placeholder(dtypes.float32, shape)
    for (let i = 0; i < shapes.length; i++) recorder.placeholder(dtypes.variant, [])
    return [single(recorder, 'Less', int32, [index, int(recorder, length)])]
  })

  const lists = shapes.map((shape) =>
    single(
      outer,
      'TensorListReserve',
      [elementType, typeAttr('shape_type', dtypes.int32)],
      [int(outer, shape), int(outer, length)],
    ),
  )
  const variables = [int(outer, 0), ...tensors.map(outputOf), ...lists]
  const dtypesOf = [dtypes.int32, ...tensors.map(() => dtypes.float32), ...lists.map(() => dtypes.variant)]
  const results = outer.whileLoop(
    variables,
    dtypesOf,
    { name: `${name}_condition`, fn: condition },
    { name: `${name}_body`, fn: body },
  )
  for (const fn of [condition, body]) context.api.TF_DeleteFunction(fn)
  return shapes.map((shape, i) => {
    const stackTypes = [elementType, { name: 'num_elements', type: attrTypes.int, value: length }]
    const list = results[1 + tensors.length + i] as Output
    const stacked = single(outer, 'TensorListStack', stackTypes, [list, int(outer, shape)])
    outer.setShape(stacked, [length, ...shape])
    const [rows = 0, ...rest] = shape
    return (backend.tensorOf(stacked) as tf.Tensor3D).reshape<tf.Tensor2D>([length * rows, ...rest])
  })
}
