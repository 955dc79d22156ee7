import { shapeAttr, stringAttr, typeAttr } from './attributes'
import type { TensorHandle } from './c-api'
import type { TensorFlowContext } from './context'
import { dtypes, numbersOf } from './dtypes'

let created = 0

/** A vector that lives in TensorFlow between calls: float32 [size]. Functions take its handle and change it in place. */
export class Variable {
  readonly handle: TensorHandle
  readonly #context: TensorFlowContext
  readonly #size: number

  constructor(context: TensorFlowContext, initial: Float32Array)
  constructor(context: TensorFlowContext, initial: TensorHandle, size: number)
  constructor(context: TensorFlowContext, initial: Float32Array | TensorHandle, size = 0) {
    this.#context = context
    this.#size = initial instanceof Float32Array ? initial.length : size
    const attributes = [
      typeAttr('dtype', dtypes.float32),
      shapeAttr('shape', [this.#size]),
      // Variables with the same name would be the same variable.
      stringAttr('shared_name', `variable_${created++}`),
    ]
    this.handle = context.execute('VarHandleOp', [], 1, attributes)[0] as TensorHandle
    if (initial instanceof Float32Array) this.write(initial)
    else this.assign(initial)
  }

  /** Another variable with the value as it is now. */
  copy(): Variable {
    const value = this.readHandle()
    try {
      return new Variable(this.#context, value, this.#size)
    } finally {
      this.#context.release([value])
    }
  }

  /** The value as it is now; later assignments leave it alone. The caller releases it. */
  readHandle(): TensorHandle {
    const attributes = [typeAttr('dtype', dtypes.float32)]
    return this.#context.execute('ReadVariableOp', [this.handle], 1, attributes)[0] as TensorHandle
  }

  read(): Float32Array {
    const value = this.readHandle()
    try {
      return numbersOf(dtypes.float32, this.#context.read(value)) as Float32Array
    } finally {
      this.#context.release([value])
    }
  }

  write(values: Float32Array): void {
    const value = this.#context.newHandle(dtypes.float32, [this.#size], values)
    try {
      this.assign(value)
    } finally {
      this.#context.release([value])
    }
  }

  /** @param value float32 [size]; stays the caller's */
  assign(value: TensorHandle): void {
    this.#context.execute('AssignVariableOp', [this.handle, value], 0, [typeAttr('dtype', dtypes.float32)])
  }

  /** Frees the memory: releasing a handle alone does not. */
  destroy(): void {
    this.#context.execute('DestroyResourceOp', [this.handle], 0)
    this.#context.release([this.handle])
  }
}
