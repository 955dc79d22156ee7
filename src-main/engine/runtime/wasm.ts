import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { setWasmPaths, version_wasm, type BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { AppError } from '../../../src-preload/contract/errors'

const backendName = 'wasm'

let opened: Promise<void> | null = null

/** Makes WASM the backend of TensorFlow.js, with the kernels that training needs. @returns its version */
export async function openWasmBackend(): Promise<string> {
  opened ??= open()
  await opened
  await tf.setBackend(backendName)
  return version_wasm
}

async function open(): Promise<void> {
  const require = createRequire(import.meta.url)
  const files = join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'wasm-out')
  setWasmPaths(files + sep)
  if (!(await tf.setBackend(backendName)))
    throw new AppError('engine.unavailable', { reason: 'notLoadable', detail: files })
  addSegmentSum()
  routeMatMul()
}

type Kernel = (call: { inputs: tf.NamedTensorInfoMap; attrs?: object; backend: BackendWasm }) => tf.TensorInfo

function stockKernel(name: string): Kernel {
  const kernel = tf.getKernel(name, backendName) as tf.KernelConfig | undefined
  if (!kernel) throw new AppError('engine.failed', { detail: `no kernel ${name}` })
  return kernel.kernelFunc as unknown as Kernel
}

function addKernel(kernelName: string, kernel: Kernel): void {
  tf.registerKernel({ kernelName, backendName, kernelFunc: kernel as unknown as tf.KernelFunc })
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
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
  const transpose = stockKernel('Transpose')
  const plain = { transposeA: false, transposeB: false }

  const transposed = (x: tf.TensorInfo, backend: BackendWasm): tf.TensorInfo => {
    const perm = x.shape.map((_, i) => i)
    perm.splice(-2, 2, x.shape.length - 1, x.shape.length - 2)
    return transpose({ inputs: { x }, attrs: { perm }, backend })
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

  tf.unregisterKernel('BatchMatMul', backendName)
  addKernel('BatchMatMul', ({ inputs, attrs, backend }) => {
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
