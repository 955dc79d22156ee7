import { sizeOf } from '../../model/weight-table'
import { typeAttr } from './attributes'
import { viewOf, type NativeTensor, type TensorHandle } from './c-api'
import type { TensorFlowContext } from './context'
import { dimsOf, dtypes } from './dtypes'
import { askForLargePages } from './large-pages'

/** Of both ends of a piece of a tensor that TensorFlow gives without a copy (its EIGEN_MAX_ALIGN_BYTES). */
const alignmentBytes = 64

/**
 * Weights side by side in one piece of memory. All of them are read for every token, and few are large enough for large
 * pages of their own; with small ones the processor spends a third of the time on looking up where they lie (docs/log/047).
 */
export class WeightArena {
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
    const size = shapes.filter((shape) => this.fits(shape)).reduce((sum, shape) => sum + sizeOf(shape), 0)
    this.#tensor = api.TF_AllocateTensor(dtype, dimsOf([size]), 1, size * widthBytes)
    if (size > 0) askForLargePages(api.TF_TensorData(this.#tensor), size * widthBytes)
    this.#whole = context.checked((status) => api.TFE_NewTensorHandle(this.#tensor, status))
  }

  /** Whether TensorFlow would give a piece of this shape as it lies; the others stay outside. */
  fits(shape: readonly number[]): boolean {
    return (sizeOf(shape) * this.#widthBytes) % alignmentBytes === 0
  }

  /** Copies a weight into the arena. @returns its values there; `fits` must be true */
  add(shape: readonly number[], bytes: Uint8Array): TensorHandle {
    const begin = this.#used
    this.#used += sizeOf(shape)
    const data = this.#context.api.TF_TensorData(this.#tensor)
    viewOf(data, this.#used * this.#widthBytes).set(bytes, begin * this.#widthBytes)
    return this.#piece(begin, shape)
  }

  /** The memory stays for as long as anything that is in it. */
  close(): void {
    this.#context.release([this.#whole])
    this.#context.api.TF_DeleteTensor(this.#tensor)
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
