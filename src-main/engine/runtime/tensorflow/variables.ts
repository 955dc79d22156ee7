import { sizeOf } from '../../model/weight-table'
import { shapeAttr, stringAttr, typeAttr } from './attributes'
import type { TensorHandle } from './c-api'
import type { TensorFlowContext } from './context'
import { dtypes, numbersOf } from './dtypes'

let created = 0

/** float32 numbers that live in TensorFlow between calls. Functions take its handle and change it in place. */
export class Variable {
  readonly handle: TensorHandle
  readonly shape: readonly number[]
  readonly #context: TensorFlowContext

  /** @param initial absent: zeros, which the host then never holds */
  constructor(context: TensorFlowContext, shape: readonly number[], initial?: TensorHandle) {
    this.#context = context
    this.shape = shape
    const attributes = [
      typeAttr('dtype', dtypes.float32),
      shapeAttr('shape', shape),
      // Variables with the same name would be the same variable.
      stringAttr('shared_name', `variable_${created++}`),
    ]
    this.handle = context.execute('VarHandleOp', [], 1, attributes)[0] as TensorHandle
    if (initial === undefined) this.clear()
    else this.assign(initial)
  }

  /** Sets all numbers to 0. */
  clear(): void {
    const made = [
      this.#context.newHandle(dtypes.int32, [this.shape.length], Int32Array.from(this.shape)),
      this.#context.newHandle(dtypes.float32, [], Float32Array.of(0)),
    ]
    try {
      const types = [typeAttr('T', dtypes.float32), typeAttr('index_type', dtypes.int32)]
      made.push(...this.#context.execute('Fill', made, 1, types))
      this.assign(made.at(-1) as TensorHandle)
    } finally {
      this.#context.release(made)
    }
  }

  /** Another variable with the value as it is now. */
  copy(): Variable {
    const value = this.readHandle()
    try {
      return new Variable(this.#context, this.shape, value)
    } finally {
      this.#context.release([value])
    }
  }

  /** The value as it is now; later assignments leave it alone. The caller releases it. */
  readHandle(): TensorHandle {
    const attributes = [typeAttr('dtype', dtypes.float32)]
    return this.#context.execute('ReadVariableOp', [this.handle], 1, attributes)[0] as TensorHandle
  }

  /** Of a vector, so many numbers from `offset` on, or all. */
  read(offset = 0, size = sizeOf(this.shape)): Float32Array {
    const value = this.readHandle()
    const made = [value]
    try {
      if (size !== sizeOf(this.shape)) {
        made.push(...[offset, size].map((number) => this.#context.newHandle(dtypes.int32, [1], Int32Array.of(number))))
        const types = [typeAttr('T', dtypes.float32), typeAttr('Index', dtypes.int32)]
        made.push(...this.#context.execute('Slice', made, 1, types))
      }
      return numbersOf(dtypes.float32, this.#context.read(made.at(-1) as TensorHandle)) as Float32Array
    } finally {
      this.#context.release(made)
    }
  }

  write(values: Float32Array): void {
    const value = this.#context.newHandle(dtypes.float32, this.shape, values)
    try {
      this.assign(value)
    } finally {
      this.#context.release([value])
    }
  }

  /** Gives up the value, so that the next one, which has to come before anyone reads, can lie where it lay. */
  drop(): void {
    const nothing = this.#context.newHandle(dtypes.float32, [0], new Float32Array(0))
    this.assign(nothing)
    this.#context.release([nothing])
  }

  /** @param value float32 of the same shape; stays the caller's */
  assign(value: TensorHandle): void {
    this.#context.execute('AssignVariableOp', [this.handle, value], 0, [typeAttr('dtype', dtypes.float32)])
  }

  /** Frees the memory: releasing a handle alone does not. */
  destroy(): void {
    this.#context.execute('DestroyResourceOp', [this.handle], 0)
    this.#context.release([this.handle])
  }
}
