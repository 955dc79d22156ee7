import { AppError, saysOutOfMemory } from '../../../../src-preload/contract/errors'
import { sizeOf } from '../../model/weight-table'
import { LibraryError } from '../library-error'
import { setEagerAttribute, type Attribute } from './attributes'
import {
  viewOf,
  type CApi,
  type Context,
  type NativeFunction,
  type NativeTensor,
  type Status,
  type TensorHandle,
} from './c-api'
import { bytesOf, dimsOf, sizeOfDtype, type Numbers } from './dtypes'

/** TF_Code (tensorflow/c/tf_status.h). */
const resourceExhausted = 8

/**
 * One eager context of a loaded libtensorflow: tensors in and out, ops on and off the event loop. Handles that it
 * returns belong to the caller, who gives them to `release`.
 */
export class TensorFlowContext {
  readonly api: CApi
  readonly native: Context
  readonly version: string
  /** Ops and functions executed so far: what the tests count. */
  executed = 0
  readonly #status: Status

  constructor(api: CApi) {
    this.api = api
    this.version = api.TF_Version()
    this.#status = this.api.TF_NewStatus()
    const options = this.api.TFE_NewContextOptions()
    this.native = this.checked((status) => this.api.TFE_NewContext(options, status))
    this.api.TFE_DeleteContextOptions(options)
  }

  /** Runs a call that reports through a status, and throws what it reports. Never from within an asynchronous call. */
  checked<T>(call: (status: Status) => T): T {
    const result = call(this.#status)
    this.#throwOn(this.#status)
    return result
  }

  #throwOn(status: Status): void {
    const code = this.api.TF_GetCode(status)
    if (code === 0) return
    const detail = this.api.TF_Message(status)
    const isMemory = code === resourceExhausted || saysOutOfMemory(detail)
    throw new LibraryError(isMemory ? 'memory.exhausted' : 'engine.failed', { detail })
  }

  /** Whether TensorFlow itself took a graphics card as one of its devices. */
  hasGpu(): boolean {
    const list = this.checked((status) => this.api.TFE_ContextListDevices(this.native, status))
    try {
      const count = this.api.TF_DeviceListCount(list)
      const types = Array.from({ length: count }, (_, i) =>
        this.checked((status) => this.api.TF_DeviceListType(list, i, status)),
      )
      return types.includes('GPU')
    } finally {
      this.api.TF_DeleteDeviceList(list)
    }
  }

  /** A tensor in TensorFlow's own memory; free it with `TF_DeleteTensor`. */
  newTensor(dtype: number, shape: readonly number[], values: Numbers | readonly number[]): NativeTensor {
    const bytes = bytesOf(dtype, values)
    const sizeBytes = sizeOf(shape) * sizeOfDtype(dtype)
    if (bytes.byteLength !== sizeBytes) {
      throw new AppError('engine.failed', { detail: `[${shape.join()}]: ${bytes.byteLength} of ${sizeBytes} bytes` })
    }
    const tensor = this.api.TF_AllocateTensor(dtype, dimsOf(shape), shape.length, sizeBytes)
    if (sizeBytes > 0) viewOf(this.api.TF_TensorData(tensor), sizeBytes).set(bytes)
    return tensor
  }

  newHandle(dtype: number, shape: readonly number[], values: Numbers | readonly number[]): TensorHandle {
    const tensor = this.newTensor(dtype, shape, values)
    try {
      return this.checked((status) => this.api.TFE_NewTensorHandle(tensor, status))
    } finally {
      this.api.TF_DeleteTensor(tensor)
    }
  }

  release(handles: Iterable<TensorHandle>): void {
    for (const handle of handles) this.api.TFE_DeleteTensorHandle(handle)
  }

  describe(handle: TensorHandle): { shape: number[]; dtype: number } {
    const rank = this.checked((status) => this.api.TFE_TensorHandleNumDims(handle, status))
    const shape = Array.from({ length: rank }, (_, i) =>
      Number(this.checked((status) => this.api.TFE_TensorHandleDim(handle, i, status))),
    )
    return { shape, dtype: this.api.TFE_TensorHandleDataType(handle) }
  }

  /** A copy of the tensor's bytes. */
  read(handle: TensorHandle): Uint8Array<ArrayBuffer> {
    return this.lent(handle, (bytes) => new Uint8Array(bytes))
  }

  /** Lets `use` look at the tensor's bytes where TensorFlow has them; they must not outlive the call. */
  lent<T>(handle: TensorHandle, use: (bytes: Uint8Array) => T): T {
    const tensor = this.checked((status) => this.api.TFE_TensorHandleResolve(handle, status))
    try {
      const sizeBytes = Number(this.api.TF_TensorByteSize(tensor))
      return use(sizeBytes > 0 ? viewOf(this.api.TF_TensorData(tensor), sizeBytes) : new Uint8Array())
    } finally {
      this.api.TF_DeleteTensor(tensor)
    }
  }

  /** Runs an op or a registered function and waits for it. */
  execute(
    name: string,
    inputs: readonly TensorHandle[],
    outputCount: number,
    attributes: readonly Attribute[] = [],
  ): TensorHandle[] {
    const { op, outputs, count } = this.#prepare(name, inputs, outputCount, attributes)
    try {
      this.checked((status) => {
        this.api.TFE_Execute(op, outputs, count, status)
      })
      return outputs.slice(0, count[0]) as TensorHandle[]
    } finally {
      this.api.TFE_DeleteOp(op)
    }
  }

  /**
   * The same call on a thread of its own: timers and messages go on meanwhile. Several may be under way at once; the
   * inputs must live until it is settled.
   */
  async executeAsync(name: string, inputs: readonly TensorHandle[], outputCount: number): Promise<TensorHandle[]> {
    const { op, outputs, count } = this.#prepare(name, inputs, outputCount, [])
    // A status of its own: the shared one may be used by other calls while this one runs.
    const status = this.api.TF_NewStatus()
    try {
      await new Promise<void>((resolve, reject) => {
        this.api.TFE_Execute.async(op, outputs, count, status, (error) => {
          if (error) reject(AppError.from(error))
          else resolve()
        })
      })
      this.#throwOn(status)
      return outputs.slice(0, count[0]) as TensorHandle[]
    } finally {
      this.api.TF_DeleteStatus(status)
      this.api.TFE_DeleteOp(op)
    }
  }

  /** From then on it can be executed by its name; the caller still frees what it was given. */
  addFunction(fn: NativeFunction): void {
    this.checked((status) => {
      this.api.TFE_ContextAddFunction(this.native, fn, status)
    })
  }

  removeFunction(name: string): void {
    this.checked((status) => {
      this.api.TFE_ContextRemoveFunction(this.native, name, status)
    })
  }

  #prepare(
    name: string,
    inputs: readonly TensorHandle[],
    outputCount: number,
    attributes: readonly Attribute[],
  ): { op: ReturnType<CApi['TFE_NewOp']>; outputs: (TensorHandle | null)[]; count: [number] } {
    this.executed++
    const op = this.checked((status) => this.api.TFE_NewOp(this.native, name, status))
    try {
      this.checked((status) => {
        for (const input of inputs) this.api.TFE_OpAddInput(op, input, status)
      })
      this.checked((status) => {
        for (const attribute of attributes) setEagerAttribute(this.api, op, attribute, status)
      })
    } catch (error) {
      this.api.TFE_DeleteOp(op)
      throw error
    }
    // koffi refuses an empty array for an output pointer.
    return { op, outputs: new Array<null>(Math.max(1, outputCount)).fill(null), count: [outputCount] }
  }
}
