import { sizeOf } from '../../../plan/shapes'
import { typeAttr } from './attributes'
import { viewOf, type NativeTensor, type TensorHandle } from './c-api'
import type { TensorFlowContext } from './context'
import { dimsOf, dtypes } from './dtypes'
import { askForLargePages } from './large-pages'

/** Of both ends of a piece of a tensor that TensorFlow gives without a copy (its EIGEN_MAX_ALIGN_BYTES). */
const alignmentBytes = 64

/**
 * Weights side by side in one piece of memory. All of them are read for every token, and few are large enough for large
 * pages of their own; with small ones the processor spends a third of the time on looking up where they lie (docs/log.md).
 */
export class WeightRoom {
  readonly #context: TensorFlowContext
  readonly #dtype: number
  readonly #widthBytes: number
  readonly #tensor: NativeTensor
  readonly #whole: TensorHandle
  /** In numbers. */
  #used = 0

  /** @param shapes of all that will be added, in numbers of `dtype`, which have `widthBytes` */
  constructor(context: TensorFlowContext, dtype: number, widthBytes: number, shapes: readonly (readonly number[])[]) {
    this.#context = context
    this.#dtype = dtype
    this.#widthBytes = widthBytes
    const { api } = context
    const size = shapes.filter((shape) => this.#fits(shape)).reduce((sum, shape) => sum + sizeOf(shape), 0)
    this.#tensor = api.TF_AllocateTensor(dtype, dimsOf([size]), 1, size * widthBytes)
    if (size > 0) askForLargePages(api.TF_TensorData(this.#tensor), size * widthBytes)
    this.#whole = context.checked((status) => api.TFE_NewTensorHandle(this.#tensor, status))
  }

  /** Takes the handle. @returns one of the same values in the room; of an odd size, the handle itself */
  add(value: TensorHandle): TensorHandle {
    const { shape } = this.#context.describe(value)
    if (!this.#fits(shape)) return value
    const begin = this.#used
    this.#used += sizeOf(shape)
    try {
      this.#copy(value, begin, this.#used)
      return this.#piece(begin, shape)
    } finally {
      this.#context.release([value])
    }
  }

  /** The memory stays for as long as anything that is in it. */
  close(): void {
    this.#context.release([this.#whole])
    this.#context.api.TF_DeleteTensor(this.#tensor)
  }

  #fits(shape: readonly number[]): boolean {
    return (sizeOf(shape) * this.#widthBytes) % alignmentBytes === 0
  }

  #copy(value: TensorHandle, begin: number, end: number): void {
    const { api } = this.#context
    const from = this.#context.checked((status) => api.TFE_TensorHandleResolve(value, status))
    try {
      const values = viewOf(api.TF_TensorData(from), (end - begin) * this.#widthBytes)
      viewOf(api.TF_TensorData(this.#tensor), end * this.#widthBytes).set(values, begin * this.#widthBytes)
    } finally {
      api.TF_DeleteTensor(from)
    }
  }

  /** Neither op copies. */
  #piece(begin: number, shape: readonly number[]): TensorHandle {
    const context = this.#context
    const type = typeAttr('T', this.#dtype)
    const handles = [[begin], [sizeOf(shape)], shape].map((values) =>
      context.newHandle(dtypes.int32, [values.length], values),
    ) as [TensorHandle, TensorHandle, TensorHandle]
    try {
      const [from, size, shapeOfPiece] = handles
      const [flat] = context.execute('Slice', [this.#whole, from, size], 1, [
        type,
        typeAttr('Index', dtypes.int32),
      ]) as [TensorHandle]
      handles.push(flat)
      const [piece] = context.execute('Reshape', [flat, shapeOfPiece], 1, [type, typeAttr('Tshape', dtypes.int32)])
      return piece as TensorHandle
    } finally {
      context.release(handles)
    }
  }
}
