import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding'
import { AppError } from '../../../../src-preload/contract/errors'
import { attrTypes, type Attribute } from './attributes'
import type { Output, TensorHandle } from './c-api'
import type { TensorFlowContext } from './context'
import { dtypes, numbersOf, type Numbers } from './dtypes'
import type { MatMulRecording } from './mixed-precision'
import type { GraphRecorder } from './recorder'

type Value = { readonly handle: TensorHandle } | { readonly output: Output }

interface Metadata {
  id: number
  shape: number[]
  dtype: number
}

/** TFJSBinding asks for both classes; TensorFlow.js only uses their shape. */
class TensorMetadata {
  id = -1
  shape: number[] = []
  dtype = 0
}
class OpAttribute {
  name = ''
  type = 0
  value: boolean | number | object | string | number[] = 0
}

/**
 * What TensorFlow.js's kernels for Node (tfjs-node's NodeJSKernelBackend) expect of their native add-on, over the C
 * API. While a recorder is set, the same calls record graph nodes instead of computing.
 */
export class TensorFlowBinding implements TFJSBinding {
  readonly TF_FLOAT = dtypes.float32
  readonly TF_INT32 = dtypes.int32
  readonly TF_INT64 = dtypes.int64
  readonly TF_BOOL = dtypes.bool
  readonly TF_COMPLEX64 = dtypes.complex64
  readonly TF_STRING = dtypes.string
  readonly TF_RESOURCE = dtypes.resource
  readonly TF_UINT8 = dtypes.uint8
  readonly TF_ATTR_STRING = attrTypes.string
  readonly TF_ATTR_INT = attrTypes.int
  readonly TF_ATTR_FLOAT = attrTypes.float
  readonly TF_ATTR_BOOL = attrTypes.bool
  readonly TF_ATTR_TYPE = attrTypes.type
  readonly TF_ATTR_SHAPE = attrTypes.shape
  /** Kernels only compare with it; the C API sets resources as inputs. */
  readonly TF_ATTR_RESOURCE = -1
  readonly TF_Version: string
  readonly TensorMetadata = TensorMetadata
  readonly TFEOpAttr = OpAttribute

  readonly context: TensorFlowContext
  recorder: GraphRecorder | null = null
  /** How a recording multiplies matrices; null: as TensorFlow.js asks. */
  recordMatMul: MatMulRecording | null = null
  readonly #values = new Map<number, Value>()
  #nextId = 0

  constructor(context: TensorFlowContext) {
    this.context = context
    this.TF_Version = context.version
  }

  isUsingGpuDevice(): boolean {
    return false
  }

  getNumOfTensors(): number {
    return this.#values.size
  }

  createTensor(shape: number[], dtype: number, buffer: unknown): number {
    const values = buffer as Numbers
    if (!this.recorder) return this.#keep({ handle: this.context.newHandle(dtype, shape, values) })
    const tensor = this.context.newTensor(dtype, shape, values)
    try {
      return this.#keep({ output: this.recorder.constant(tensor, dtype) })
    } finally {
      this.context.api.TF_DeleteTensor(tensor)
    }
  }

  deleteTensor(id: number): void {
    const value = this.#valueOf(id)
    if ('handle' in value) this.context.release([value.handle])
    this.#values.delete(id)
  }

  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array {
    const value = this.#valueOf(id)
    if (!('handle' in value)) {
      throw new AppError('engine.failed', { detail: 'a value was read while recording: it is not computed yet' })
    }
    const dtype = this.context.api.TFE_TensorHandleDataType(value.handle)
    return numbersOf(dtype, this.context.read(value.handle)) as Float32Array
  }

  executeOp(name: string, attributes: readonly Attribute[], inputIds: number[], outputCount: number): Metadata[] {
    const { recorder } = this
    if (recorder) {
      const inputs = inputIds.map((id) => this.outputOf(id))
      if (name === 'BatchMatMulV2' && this.recordMatMul) {
        return [this.adoptOutput(this.recordMatMul(recorder, attributes, inputs))]
      }
      return recorder.op(name, attributes, inputs, outputCount).map((output) => this.adoptOutput(output))
    }
    const inputs = inputIds.map((id) => {
      const value = this.#valueOf(id)
      if ('handle' in value) return value.handle
      throw new AppError('engine.failed', { detail: 'a recorded value was used outside of its recording' })
    })
    return this.context.execute(name, inputs, outputCount, attributes).map((handle) => this.adoptHandle(handle))
  }

  /** Gives an eager result to TensorFlow.js, which deletes it from then on. */
  adoptHandle(handle: TensorHandle): Metadata {
    return { id: this.#keep({ handle }), ...this.context.describe(handle) }
  }

  adoptOutput(output: Output): Metadata {
    if (!this.recorder) throw new AppError('engine.failed', { detail: 'nothing is being recorded' })
    return { id: this.#keep({ output }), ...this.recorder.describe(output) }
  }

  /** The graph node of a value; one that was computed before the recording becomes a constant of it. */
  outputOf(id: number): Output {
    const value = this.#valueOf(id)
    if ('output' in value) return value.output
    if (!this.recorder) throw new AppError('engine.failed', { detail: 'nothing is being recorded' })
    const { api } = this.context
    const tensor = this.context.checked((status) => api.TFE_TensorHandleResolve(value.handle, status))
    try {
      return this.recorder.constant(tensor, api.TFE_TensorHandleDataType(value.handle))
    } finally {
      api.TF_DeleteTensor(tensor)
    }
  }

  getNumOfSavedModels(): number {
    return 0
  }

  loadSavedModel(): never {
    throw savedModels()
  }

  deleteSavedModel(): never {
    throw savedModels()
  }

  runSavedModel(): never {
    throw savedModels()
  }

  #keep(value: Value): number {
    const id = this.#nextId++
    this.#values.set(id, value)
    return id
  }

  #valueOf(id: number): Value {
    const value = this.#values.get(id)
    if (!value) throw new AppError('engine.failed', { detail: `no tensor ${id}` })
    return value
  }
}

function savedModels(): AppError {
  return new AppError('engine.failed', { detail: 'saved models are not part of this binding' })
}
