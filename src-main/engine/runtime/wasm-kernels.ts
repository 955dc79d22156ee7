import * as tf from '@tensorflow/tfjs'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { AppError } from '../../../src-preload/contract/errors'
import { sizeOf } from '../model/weight-table'

/**
 * Kernels of the WASM backend 4.22 that training lacks, or that are so slow that they decide the speed of a step. They
 * work on the backend's heap, and look at it only after their outputs exist: making one may move the heap.
 */
export function installTrainingKernels(): void {
  addSegmentSum()
  routeMatMul()
  replaceKernel('Transpose', ({ inputs, attrs, backend }) => {
    const { x } = inputs as { x: tf.TensorInfo }
    return transpose(x, (attrs as { perm: number[] }).perm, backend)
  })
  replaceKernel('SplitV', ({ inputs, attrs, backend }) => {
    const { x } = inputs as { x: tf.TensorInfo }
    const { numOrSizeSplits, axis } = attrs as { numOrSizeSplits: number[] | number; axis: number }
    const positive = axis < 0 ? axis + x.shape.length : axis
    const count = typeof numOrSizeSplits === 'number' ? numOrSizeSplits : numOrSizeSplits.length
    const length = x.shape[positive] ?? 1
    const even = new Array<number>(count).fill(length / count)
    const sizes = typeof numOrSizeSplits === 'number' ? even : fillSizes(numOrSizeSplits, length)
    return split(x, sizes, positive, backend)
  })
}

/** One size may be -1: what the others leave. */
function fillSizes(sizes: readonly number[], length: number): number[] {
  const known = sizes.reduce((sum, size) => sum + Math.max(0, size), 0)
  return sizes.map((size) => (size < 0 ? length - known : size))
}

const backendName = 'wasm'

interface Call {
  readonly inputs: tf.NamedTensorInfoMap
  readonly attrs?: object
  readonly backend: BackendWasm
}
type Kernel = (call: Call) => tf.TensorInfo

function stockKernel(name: string): Kernel {
  const kernel = tf.getKernel(name, backendName) as tf.KernelConfig | undefined
  if (!kernel) throw new AppError('engine.failed', { detail: `no kernel ${name}` })
  return kernel.kernelFunc as unknown as Kernel
}

function addKernel(kernelName: string, kernel: (call: Call) => tf.TensorInfo | tf.TensorInfo[]): void {
  tf.registerKernel({ kernelName, backendName, kernelFunc: kernel as unknown as tf.KernelFunc })
}

function replaceKernel(kernelName: string, kernel: (call: Call) => tf.TensorInfo | tf.TensorInfo[]): void {
  tf.unregisterKernel(kernelName, backendName)
  addKernel(kernelName, kernel)
}

const dimension = (shape: readonly number[], fromEnd: number): number => shape[shape.length - fromEnd] ?? 1

/** UnsortedSegmentSum, the gradient of an embedding, is missing in the WASM backend 4.22. */
function addSegmentSum(): void {
  addKernel('UnsortedSegmentSum', ({ inputs, attrs, backend }) => {
    const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo }
    const { numSegments } = attrs as { numSegments: number }
    const inner = x.shape.slice(segmentIds.shape.length)
    const width = sizeOf(inner)
    const output = backend.makeOutput([numSegments, ...inner], x.dtype)
    const sums = backend.typedArrayFromHeap(output) as Float32Array
    const values = backend.typedArrayFromHeap(x) as Float32Array
    const ids = backend.typedArrayFromHeap(segmentIds) as Int32Array
    sums.fill(0)
    ids.forEach((id, row) => {
      if (id < 0 || id >= numSegments) return
      for (let i = 0; i < width; i++) {
        sums[id * width + i] = (sums[id * width + i] ?? 0) + (values[row * width + i] ?? 0)
      }
    })
    return output
  })
}

/**
 * The stock BatchMatMul uses XNNPACK (SIMD) only for one pair of matrices that are not transposed, and a scalar loop
 * for everything else; most of training is everything else. Transposing and multiplying pair by pair made a step of a
 * small GPT 827 → 143 ms.
 */
function routeMatMul(): void {
  const stock = stockKernel('BatchMatMul')
  const plain = { transposeA: false, transposeB: false }

  const transposed = (x: tf.TensorInfo, backend: BackendWasm): tf.TensorInfo => {
    const perm = x.shape.map((_, i) => i)
    perm.splice(-2, 2, x.shape.length - 1, x.shape.length - 2)
    return transpose(x, perm, backend)
  }

  const pairByPair = (a: tf.TensorInfo, b: tf.TensorInfo, backend: BackendWasm): tf.TensorInfo => {
    const countA = sizeOf(a.shape.slice(0, -2))
    const countB = sizeOf(b.shape.slice(0, -2))
    const [rows, inner, columns] = [dimension(a.shape, 2), dimension(a.shape, 1), dimension(b.shape, 1)]
    const batch = (countA >= countB ? a : b).shape.slice(0, -2)
    const output = backend.makeOutput([...batch, rows, columns], 'float32')
    for (let i = 0; i < Math.max(countA, countB); i++) {
      // Fresh tensors for every pair: XNNPACK keeps packed weights by tensor.
      const matrixA = copyOfMatrix(a, countA === 1 ? 0 : i, [1, rows, inner], backend)
      const matrixB = copyOfMatrix(b, countB === 1 ? 0 : i, [1, inner, columns], backend)
      const product = stock({ inputs: { a: matrixA, b: matrixB }, attrs: plain, backend })
      backend.typedArrayFromHeap(output).set(backend.typedArrayFromHeap(product), i * rows * columns)
      for (const { dataId } of [matrixA, matrixB, product]) backend.disposeData(dataId)
    }
    return output
  }

  replaceKernel('BatchMatMul', ({ inputs, attrs, backend }) => {
    const { a, b } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo }
    const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean }
    const countA = sizeOf(a.shape.slice(0, -2))
    const countB = sizeOf(b.shape.slice(0, -2))
    const broadcasts = countA !== countB && countA !== 1 && countB !== 1
    if (broadcasts || a.dtype !== 'float32' || b.dtype !== 'float32')
      return stock({ inputs, attrs: { transposeA, transposeB }, backend })
    const left = transposeA ? transposed(a, backend) : a
    const right = transposeB ? transposed(b, backend) : b
    try {
      if (countA === 1 && countB === 1) return stock({ inputs: { a: left, b: right }, attrs: plain, backend })
      return pairByPair(left, right, backend)
    } finally {
      if (transposeA) backend.disposeData(left.dataId)
      if (transposeB) backend.disposeData(right.dataId)
    }
  })
}

function copyOfMatrix(x: tf.TensorInfo, index: number, shape: number[], backend: BackendWasm): tf.TensorInfo {
  const size = sizeOf(shape)
  const copy = backend.makeOutput(shape, 'float32')
  backend.typedArrayFromHeap(copy).set(backend.typedArrayFromHeap(x).subarray(index * size, (index + 1) * size))
  return copy
}

/** The stock kernel computes every index from the start: this one walks, and copies whole rows where it can. */
function transpose(x: tf.TensorInfo, perm: readonly number[], backend: BackendWasm): tf.TensorInfo {
  const shape = perm.map((axis) => x.shape[axis] ?? 1)
  const output = backend.makeOutput(shape, x.dtype)
  const source = backend.typedArrayFromHeap(x)
  const target = backend.typedArrayFromHeap(output)
  const strideOf = (axis: number): number => sizeOf(x.shape.slice(axis + 1))
  const strides = perm.map(strideOf)
  const columns = shape.at(-1) ?? 1
  const columnStride = strides.at(-1) ?? 1
  const position = new Array<number>(Math.max(0, shape.length - 1)).fill(0)
  let from = 0
  for (let to = 0; to < target.length; to += columns) {
    if (columnStride === 1) target.set(source.subarray(from, from + columns), to)
    else for (let i = 0; i < columns; i++) target[to + i] = source[from + i * columnStride] ?? 0
    for (let axis = position.length - 1; axis >= 0; axis--) {
      const next = (position[axis] ?? 0) + 1
      const stride = strides[axis] ?? 0
      if (next < (shape[axis] ?? 1)) {
        position[axis] = next
        from += stride
        break
      }
      from -= stride * (next - 1)
      position[axis] = 0
    }
  }
  return output
}

/** The stock kernel slices part by part and, along an inner axis, number by number. */
function split(x: tf.TensorInfo, sizes: readonly number[], axis: number, backend: BackendWasm): tf.TensorInfo[] {
  const outputs = sizes.map((size) => backend.makeOutput(x.shape.with(axis, size), x.dtype))
  const outer = sizeOf(x.shape.slice(0, axis))
  const inner = sizeOf(x.shape.slice(axis + 1))
  const source = backend.typedArrayFromHeap(x)
  const rowLength = (x.shape[axis] ?? 1) * inner
  let start = 0
  for (const [i, output] of outputs.entries()) {
    const target = backend.typedArrayFromHeap(output)
    const length = (sizes[i] ?? 0) * inner
    for (let row = 0; row < outer; row++) {
      const from = row * rowLength + start
      target.set(source.subarray(from, from + length), row * length)
    }
    start += length
  }
  return outputs
}
