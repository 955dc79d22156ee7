import * as tf from '@tensorflow/tfjs'
import { sizeOf } from '../../model/weight-table'
import { decode, type HeldWeights } from '../../decode'
import type { Model } from '../../model/architecture'
import { attrTypes, castAttrs, typeAttr, type Attribute } from './attributes'
import type { TensorFlowBackend } from './backend'
import { dtypes, sizeOfDtype } from './dtypes'
import { record } from './record'

/** A weight as the decode step reads it: matrices lie [out, in], so that one row of x meets rows of memory. */
export interface DecodeWeight {
  readonly shape: readonly number[]
  readonly dtype: number
  /** In the binding: a value outside of a recording, an argument inside of one. */
  readonly id: number
}

const bool = (name: string, value: boolean): Attribute => ({ name, type: attrTypes.bool, value })
const timesTransposed = (dtype: number): Attribute[] => [
  typeAttr('T', dtype),
  bool('transpose_a', false),
  bool('transpose_b', true),
]
/** The same in the words of BatchMatMulV2. */
const timesAdjoint = (dtype: number): Attribute[] => [typeAttr('T', dtype), bool('adj_x', false), bool('adj_y', true)]

/**
 * XLA shares a product of one row among its threads only where no addition follows that it can take into it. Smaller matrices
 * are read sooner than a sleeping thread wakes up. (docs/log/040)
 */
const sharedFromBytes = 4 * 2 ** 20

/**
 * From so many rows on, oneDNN's product of batches (of one, here) takes 0.6 to 0.8 × as long as its product of a row-major
 * and a transposed matrix; with 8 rows it takes longer. (docs/log/047)
 */
const batchFromRows = 32

function tensorFlowWeights(
  backend: TensorFlowBackend,
  weights: ReadonlyMap<string, DecodeWeight>,
  forXla: boolean,
): HeldWeights {
  const { binding } = backend
  const sharesRows = forXla && !backend.context.hasGpu()
  const named = (name: string): DecodeWeight => {
    const weight = weights.get(name)
    if (weight === undefined) throw new Error(`Weight ${name} is missing; there are ${weights.size}`)
    return weight
  }
  /** The id of an op's only result: of a type that TensorFlow.js cannot hold. */
  const single = (name: string, attributes: Attribute[], inputs: number[]): number =>
    binding.executeOp(name, attributes, inputs, 1)[0]?.id ?? -1
  /** As float32; the value itself is forgotten. */
  const widen = (id: number, dtype: number): tf.Tensor2D => {
    const [wide] = backend.execute('Cast', castAttrs(dtype, dtypes.float32), [id], 1) as [tf.Tensor2D]
    binding.deleteTensor(id)
    return wide
  }
  const matMul = (x: tf.Tensor2D, { id, dtype, shape }: DecodeWeight): tf.Tensor2D => {
    if (dtype === dtypes.float32) {
      const isBatch = !backend.context.hasGpu() && x.shape[0] >= batchFromRows
      const [product] = (
        isBatch
          ? backend.execute('BatchMatMulV2', timesAdjoint(dtype), [x, id], 1)
          : backend.execute('MatMul', timesTransposed(dtype), [x, id], 1)
      ) as [tf.Tensor2D]
      if (!sharesRows || sizeOf(shape) * sizeOfDtype(dtype) < sharedFromBytes) return product
      return backend.execute('XlaOptimizationBarrier', [], [product], 1)[0] as tf.Tensor2D
    }
    const narrow = single('Cast', castAttrs(dtypes.float32, dtype), [backend.idOf(x)])
    const product = single('MatMul', timesTransposed(dtype), [narrow, id])
    binding.deleteTensor(narrow)
    return widen(product, dtype)
  }
  return {
    matMul: (x, weight) => matMul(x, named(weight)),
    matMulTable: (x, table) => matMul(x, named(table)),
    rows: (table, ids) => {
      const { id, dtype } = named(table)
      if (dtype === dtypes.float32) return gathered(backend, id, ids)
      const axis = tf.scalar(0, 'int32')
      return widen(single('GatherV2', gatherTypes(dtype), [id, backend.idOf(ids), backend.idOf(axis)]), dtype)
    },
    vector: (name) =>
      backend.execute('Identity', [typeAttr('T', dtypes.float32)], [named(name).id], 1)[0] as tf.Tensor1D,
  }
}

const gatherTypes = (dtype: number): Attribute[] => [
  typeAttr('Tparams', dtype),
  typeAttr('Tindices', dtypes.int32),
  typeAttr('Taxis', dtypes.int32),
]

/** Rows of float32. TensorFlow.js's own gather reads its indices on the host. */
const gathered = (backend: TensorFlowBackend, table: number | tf.Tensor2D, ids: tf.Tensor1D): tf.Tensor2D =>
  backend.execute('GatherV2', gatherTypes(dtypes.float32), [table, ids, tf.scalar(0, 'int32')], 1)[0] as tf.Tensor2D

/** @param position int32 [1]: of the first of the rows that are inserted */
const insertAt =
  (backend: TensorFlowBackend, position: tf.Tensor1D, forXla: boolean) =>
  (slot: tf.Tensor3D, rows: tf.Tensor3D): tf.Tensor3D => {
    const [heads, capacity, width] = slot.shape
    if (forXla) {
      const types = [typeAttr('T', dtypes.float32), typeAttr('Tindices', dtypes.int32)]
      const start = tf.concat1d([tf.zeros<tf.Rank.R1>([1], 'int32'), position, tf.zeros<tf.Rank.R1>([1], 'int32')])
      return backend.execute('XlaDynamicUpdateSlice', types, [slot, rows, start], 1)[0] as tf.Tensor3D
    }
    const ofHeads = tf.range(0, heads * capacity, capacity, 'int32').expandDims(1)
    const places = ofHeads.add(tf.range(0, rows.shape[1], 1, 'int32').add(position)).flatten()
    const inputs = [slot.reshape([heads * capacity, width]), places, rows.reshape([-1, width])]
    const [next] = backend.execute('InplaceUpdate', [typeAttr('T', dtypes.float32)], inputs, 1) as [tf.Tensor2D]
    return next.reshape(slot.shape)
  }

/**
 * A pass of `length` tokens as a function of the context. Inputs: ids (int32 [length]), position and last (int32 [1] each),
 * the weights in the order of the map, variables with the cache. Output: logits, float32 [V]. The cache is changed in
 * place.
 */
export function recordDecodePass(
  backend: TensorFlowBackend,
  model: Model,
  weights: ReadonlyMap<string, DecodeWeight>,
  length: number,
  capacity: number,
  compileWithXla: boolean,
): string {
  const { binding } = backend
  return record(backend, `decode_${length}_${capacity}_${compileWithXla ? 'xla' : 'graph'}`, (recorder) => {
    const idsInput = recorder.placeholder(dtypes.int32, [length])
    const positionInput = recorder.placeholder(dtypes.int32, [1])
    const lastInput = recorder.placeholder(dtypes.int32, [1])
    const inputs = new Map(
      Array.from(weights, ([key, { shape, dtype }]) => {
        const { id } = binding.adoptOutput(recorder.placeholder(dtype, shape))
        return [key, { shape, dtype, id }]
      }),
    )
    const shapes = model.cacheShapes(capacity)
    const variables = shapes.map(() => recorder.placeholder(dtypes.resource, []))
    tf.tidy(() => {
      const slots = variables.map((variable, i) => backend.tensorOf(recorder.readVariable(variable, shapes[i] ?? [])))
      const [ids, position, last] = [idsInput, positionInput, lastInput].map((input) => backend.tensorOf(input)) as [
        tf.Tensor1D,
        tf.Tensor1D,
        tf.Tensor1D,
      ]
      const lastOf = (x: tf.Tensor2D): tf.Tensor2D => (x.shape[0] === 1 ? x : gathered(backend, x, last))
      const insert = insertAt(backend, position, compileWithXla)
      const held = tensorFlowWeights(backend, inputs, compileWithXla)
      const decoded = decode(model, held, { ids, position, lastOf }, { slots, capacity, insert })
      const outputOf = (tensor: tf.Tensor): ReturnType<typeof binding.outputOf> =>
        binding.outputOf(backend.idOf(tensor))
      const values = decoded.slots.map(outputOf)
      const assigned = variables.map((variable, i) => recorder.assignVariable(variable, values[i] ?? variable))
      const result = recorder.identityAfter(outputOf(decoded.logits), assigned)
      recorder.register([result], { compileWithXla })
    })
    for (const { id } of inputs.values()) binding.deleteTensor(id)
    return recorder.name
  })
}
