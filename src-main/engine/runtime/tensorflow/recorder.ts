import { AppError } from '../../../../src-preload/contract/errors'
import { castAttrs, setGraphAttribute, shapeAttr, typeAttr, type Attribute } from './attributes'
import type { Graph, NativeFunction, NativeTensor, Operation, Output } from './c-api'
import type { TensorFlowContext } from './context'
import { dimsOf, dtypes } from './dtypes'

/** A function attribute is a serialized AttrValue: field 5 (bool) = true. */
const attrValueTrue = Uint8Array.of(0x28, 0x01)

/** Ops whose inputs are one list, except for that many at the end. */
const listInputs = new Map([
  ['Pack', 0],
  ['AddN', 0],
  ['ConcatV2', 1],
  ['XlaOptimizationBarrier', 0],
  ['XlaCustomCallV2', 0],
])

/** A function of the context; `fn` is the holder's to free. */
export interface RegisteredFunction {
  readonly name: string
  readonly fn: NativeFunction
}

/** Records ops into a graph and turns it into a function that one call runs. */
export class GraphRecorder {
  /** Of the function that it becomes. */
  readonly name: string
  readonly #context: TensorFlowContext
  readonly #graph: Graph
  readonly #inputs: Output[] = []
  /** Functions of the context that what is recorded calls: to be removed after it. */
  readonly called: string[] = []
  #nodes = 0

  constructor(context: TensorFlowContext, name: string) {
    this.name = name
    this.#context = context
    this.#graph = context.api.TF_NewGraph()
  }

  /** An argument of the function, in the order of these calls. */
  placeholder(dtype: number, shape: readonly number[]): Output {
    const output = this.single('Placeholder', [typeAttr('dtype', dtype), shapeAttr('shape', shape)], [])
    this.#inputs.push(output)
    return output
  }

  constant(tensor: NativeTensor, dtype: number): Output {
    const { api } = this.#context
    const description = api.TF_NewOperation(this.#graph, 'Const', this.#name('Const'))
    this.#context.checked((status) => {
      api.TF_SetAttrTensor(description, 'value', tensor, status)
    })
    api.TF_SetAttrType(description, 'dtype', dtype)
    return { oper: this.#context.checked((status) => api.TF_FinishOperation(description, status)), index: 0 }
  }

  /** A number, or a vector of them. */
  numbers(dtype: number, value: number | readonly number[]): Output {
    const tensor = this.#context.newTensor(dtype, typeof value === 'number' ? [] : [value.length], [value].flat())
    try {
      return this.constant(tensor, dtype)
    } finally {
      this.#context.api.TF_DeleteTensor(tensor)
    }
  }

  op(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly Output[],
    outputCount: number,
    after: readonly Operation[] = [],
  ): Output[] {
    const { api } = this.#context
    const description = api.TF_NewOperation(this.#graph, name, this.#name(name))
    const atEnd = listInputs.get(name)
    const listed = atEnd === undefined ? 0 : inputs.length - atEnd
    if (listed > 0) api.TF_AddInputList(description, inputs.slice(0, listed), listed)
    for (const input of inputs.slice(listed)) api.TF_AddInput(description, input)
    for (const operation of after) api.TF_AddControlInput(description, operation)
    for (const attribute of attributes) {
      // The length of a list follows from the list.
      if (atEnd === undefined || attribute.name !== 'N') setGraphAttribute(api, description, attribute)
    }
    const oper = this.#context.checked((status) => api.TF_FinishOperation(description, status))
    return Array.from({ length: outputCount }, (_, index) => ({ oper, index }))
  }

  /** An op with one result. */
  single(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly Output[],
    after: readonly Operation[] = [],
  ): Output {
    const [output] = this.op(name, attributes, inputs, 1, after)
    if (!output) throw new AppError('engine.failed', { detail: `${name} has no output` })
    return output
  }

  /** `from` and `to`: TF_DataType. */
  cast(value: Output, from: number, to: number): Output {
    return this.single('Cast', castAttrs(from, to), [value])
  }

  /** The value of a resource variable at this point; its shape must be told, a handle does not carry it. */
  readVariable(variable: Output, shape: readonly number[]): Output {
    const value = this.single('ReadVariableOp', [typeAttr('dtype', dtypes.float32)], [variable])
    this.setShape(value, shape)
    return value
  }

  /** Tells a shape that TensorFlow cannot infer. */
  setShape(output: Output, shape: readonly number[]): void {
    this.#context.checked((status) => {
      this.#context.api.TF_GraphSetTensorShape(this.#graph, output, dimsOf(shape), shape.length, status)
    })
  }

  /** @returns the operation, to be run before the function's result (`identityAfter`) */
  assignVariable(variable: Output, value: Output): Operation {
    return this.single('AssignVariableOp', [typeAttr('dtype', dtypes.float32)], [variable, value]).oper
  }

  identityAfter(value: Output, after: readonly Operation[]): Output {
    return this.single('Identity', [typeAttr('T', dtypes.float32)], [value], after)
  }

  describe(output: Output): { shape: number[]; dtype: number } {
    const { api } = this.#context
    const rank = this.#context.checked((status) => api.TF_GraphGetTensorNumDims(this.#graph, output, status))
    const dims = new Array<number | bigint>(Math.max(0, rank)).fill(0)
    if (rank > 0) {
      this.#context.checked((status) => {
        api.TF_GraphGetTensorShape(this.#graph, output, dims, rank, status)
      })
    }
    const shape = dims.map(Number)
    if (rank < 0 || shape.some((d) => d < 0)) {
      throw new AppError('engine.failed', { detail: `a recorded op has the unknown shape [${shape.join()}]` })
    }
    return { shape, dtype: api.TF_OperationOutputType(output) }
  }

  /** A call of a function that the context knows, which XLA compiles at the first one. */
  callCompiled(name: string, inputs: readonly Output[], outputDtypes: readonly number[]): Output[] {
    const { api } = this.#context
    const inputDtypes = inputs.map((input) => api.TF_OperationOutputType(input))
    const op = 'StatefulPartitionedCall'
    const description = api.TF_NewOperation(this.#graph, op, this.#name(op))
    api.TF_AddInputList(description, inputs, inputs.length)
    api.TF_SetAttrTypeList(description, 'Tin', Int32Array.from(inputDtypes), inputDtypes.length)
    api.TF_SetAttrTypeList(description, 'Tout', Int32Array.from(outputDtypes), outputDtypes.length)
    api.TF_SetAttrFuncName(description, 'f', name, name.length)
    api.TF_SetAttrBool(description, '_XlaMustCompile', 1)
    const oper = this.#context.checked((status) => api.TF_FinishOperation(description, status))
    return outputDtypes.map((_, index) => ({ oper, index }))
  }

  /**
   * Repeats `body` while `condition` holds, as one node that neither the graph nor XLA unrolls. Both are registered
   * functions of the same arguments; the graph keeps a copy, so the caller frees what it was given.
   */
  whileLoop(
    inputs: readonly Output[],
    inputDtypes: readonly number[],
    condition: RegisteredFunction,
    body: RegisteredFunction,
  ): Output[] {
    const { api } = this.#context
    for (const { name, fn } of [condition, body]) {
      this.called.push(name)
      this.#context.checked((status) => {
        api.TF_GraphCopyFunction(this.#graph, fn, null, status)
      })
    }
    const description = api.TF_NewOperation(this.#graph, 'StatelessWhile', this.#name('StatelessWhile'))
    api.TF_AddInputList(description, inputs, inputs.length)
    api.TF_SetAttrTypeList(description, 'T', Int32Array.from(inputDtypes), inputDtypes.length)
    api.TF_SetAttrFuncName(description, 'cond', condition.name, condition.name.length)
    api.TF_SetAttrFuncName(description, 'body', body.name, body.name.length)
    const oper = this.#context.checked((status) => api.TF_FinishOperation(description, status))
    return inputs.map((_, index) => ({ oper, index }))
  }

  /** Registers what was recorded as a function of the context. */
  register(outputs: readonly Output[], options: { readonly compileWithXla: boolean }): void {
    const { api } = this.#context
    const fn = this.toFunction(outputs)
    try {
      this.#context.checked((status) => {
        if (!options.compileWithXla) return
        api.TF_FunctionSetAttrValueProto(fn, '_XlaMustCompile', attrValueTrue, attrValueTrue.length, status)
      })
      this.#context.addFunction(fn)
    } finally {
      api.TF_DeleteFunction(fn)
    }
  }

  /** What was recorded as a function that no context knows yet; free it with `TF_DeleteFunction`. */
  toFunction(outputs: readonly Output[]): NativeFunction {
    const { api } = this.#context
    const inputs = this.#inputs
    return this.#context.checked((status) =>
      api.TF_GraphToFunction(
        this.#graph,
        this.name,
        0,
        -1,
        null,
        inputs.length,
        inputs,
        outputs.length,
        outputs,
        null,
        null,
        null,
        status,
      ),
    )
  }

  close(): void {
    this.#context.api.TF_DeleteGraph(this.#graph)
  }

  #name(op: string): string {
    return `${op}_${this.#nodes++}`
  }
}
