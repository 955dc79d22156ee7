import * as tf from '@tensorflow/tfjs'
import { AppError } from '../../../../src-preload/contract/errors'
import { sizeOf } from '../../model/weight-table'
import { ComputeKernel } from './compute-kernel'
import { addDropoutMask } from './dropout'
import { backendName, type GpuBackend } from './gpu-backend'

interface Call {
  readonly inputs: tf.NamedTensorInfoMap
  readonly attrs: object
  readonly backend: GpuBackend
}
type Kernel = (call: Call) => tf.TensorInfo

/**
 * Kernels of the WebGPU backend 4.22 that give wrong numbers, or numbers that differ from one time to the next. Each
 * has a test that fails with the stock kernel.
 */
export function correctKernels(): void {
  replaceKernel('AddN', addInParts)
  replaceKernel('BatchMatMul', withoutSplitK)
  replaceKernel('UnsortedSegmentSum', orderedSegmentSum)
  addDropoutMask()
}

function replaceKernel(kernelName: string, replacement: (stock: Kernel) => Kernel): void {
  const stock = tf.getKernel(kernelName, backendName) as tf.KernelConfig | undefined
  if (!stock) throw new AppError('engine.failed', { detail: `no kernel ${kernelName}` })
  tf.unregisterKernel(kernelName, backendName)
  const kernelFunc = replacement(stock.kernelFunc as unknown as Kernel) as unknown as tf.KernelFunc
  tf.registerKernel({ kernelName, backendName, kernelFunc })
}

/**
 * The stock kernel binds all inputs at once. With more than an adapter can bind, its pipeline is invalid and the whole
 * batch of commands is dropped, neighbours included, without an exception.
 */
const addInParts =
  (stock: Kernel): Kernel =>
  ({ inputs, attrs, backend }) => {
    const most = backend.device.limits.maxStorageBuffersPerShaderStage - 1
    const add = (terms: readonly tf.TensorInfo[]): tf.TensorInfo =>
      stock({ inputs: terms as unknown as tf.NamedTensorInfoMap, attrs, backend })
    let [first, ...rest] = Object.values(inputs) as [tf.TensorInfo, ...tf.TensorInfo[]]
    let sum = add([first, ...rest.slice(0, most - 1)])
    for (rest = rest.slice(most - 1); rest.length > 0; rest = rest.slice(most - 1)) {
      first = sum
      sum = add([first, ...rest.slice(0, most - 1)])
      backend.disposeData(first.dataId)
    }
    return sum
  }

/** `MatMulProgramType.MatMulSmallOutputSizeProgram` of the backend. */
const smallOutputProgram = 2

/**
 * The backend splits a long inner dimension among workgroups when the output is small. That program multiplies by the
 * wrong matrix when b is transposed, and it adds atomically, so the order of the sum and the last bits are left to
 * chance, and a resumed run would leave its curve. The next best program takes its place.
 */
const withoutSplitK =
  (stock: Kernel): Kernel =>
  (call) => {
    const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo }
    const { transposeA, transposeB } = call.attrs as { transposeA: boolean; transposeB: boolean }
    const dimension = (x: tf.TensorInfo, transposed: boolean, which: 0 | 1): number =>
      x.shape[x.shape.length - (transposed === (which === 0) ? 1 : 2)] ?? 1
    const rows = dimension(a, transposeA, 0)
    const inner = dimension(a, transposeA, 1)
    const columns = dimension(b, transposeB, 1)
    const threshold = call.backend.thresholdToIncreaseWorkgroups
    const tiles = Math.ceil(rows / 32) * Math.ceil(columns / 32)
    const few = tiles <= threshold || (rows <= 8 && tiles <= threshold * 2)
    const single = sizeOf(a.shape.slice(0, -2)) === 1 && sizeOf(b.shape.slice(0, -2)) === 1
    if (!single || !few || inner < 2000 || rows * columns <= 128) return stock(call)
    tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', smallOutputProgram)
    try {
      return stock(call)
    } finally {
      tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', -1)
    }
  }

const segmentKernel = new ComputeKernel(
  ['read_write sums: array<f32>', 'read rows: array<f32>', 'read ids: array<i32>'],
  'count: u32, width: u32, segments: u32',
  `
  if (i >= params.count * params.width) { return; }
  let row = i / params.width;
  let column = i % params.width;
  let id = ids[row];
  if (id < 0 || u32(id) >= params.segments) { return; }
  for (var before = 0u; before < row; before++) {
    if (ids[before] == id) { return; }
  }
  var sum = rows[i];
  for (var after = row + 1u; after < params.count; after++) {
    if (ids[after] == id) { sum += rows[after * params.width + column]; }
  }
  sums[u32(id) * params.width + column] = sum;`,
)

/**
 * The stock kernel adds atomically, in an order that is left to chance. Here the first row of each segment adds up the
 * others, in order: the same bits every time. (N² · D comparisons at worst, no floating point among them.)
 */
const orderedSegmentSum = (): Kernel => (call) => {
  const { x, segmentIds } = call.inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo }
  const { numSegments } = call.attrs as { numSegments: number }
  const count = sizeOf(segmentIds.shape)
  const inner = x.shape.slice(segmentIds.shape.length)
  const width = sizeOf(inner)
  const sums = call.backend.makeTensorInfo([numSegments, ...inner], 'float32')
  fillWithZeros(call.backend, sums)
  const params = Uint32Array.of(count, width, numSegments).buffer
  segmentKernel.run(call.backend, [sums, x, segmentIds], params, count * width)
  return sums
}

const zeroKernel = new ComputeKernel(
  ['read_write numbers: array<f32>'],
  'size: u32',
  '  if (i < params.size) { numbers[i] = 0.0; }',
)

/** Buffers are used again: a new tensor holds an old one's numbers. */
function fillWithZeros(backend: GpuBackend, tensor: tf.TensorInfo): void {
  const size = sizeOf(tensor.shape)
  zeroKernel.run(backend, [tensor], Uint32Array.of(size).buffer, size)
}
