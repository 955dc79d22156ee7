import * as tf from '@tensorflow/tfjs'
import { sizeOf } from '../../../plan/shapes'
import type { Decoded, DecodeModel } from '../../model/decode'
import type { DecodeOptions, DecodePasses } from '../decoder'
import type { TensorData } from '../ops'
import { typeAttr } from './attributes'
import type { TensorFlowBackend } from './backend'
import type { TensorHandle } from './c-api'
import { recordDecodeStep, tensorFlowDecodeOps, type DecodeWeight } from './decode-functions'
import { dtypes, numbersOf } from './dtypes'
import { Variable } from './variables'

/** What is remembered at one capacity, and the step that was recorded for it. */
interface Room {
  readonly memory: readonly Variable[]
  readonly graph: string
  /** Set when XLA has compiled it. */
  xla: string | null
}

interface HeldWeight extends DecodeWeight {
  readonly handle: TensorHandle
}

/** The prompt op by op, since each has its own length; then a recorded step, one native call a token. */
export class TensorFlowDecode implements DecodePasses {
  readonly #backend: TensorFlowBackend
  readonly #model: DecodeModel
  readonly #options: DecodeOptions
  readonly #weights: ReadonlyMap<string, HeldWeight>
  readonly #rooms = new Map<number, Room>()
  #room: Room | null = null
  /** Settled when no compilation is under way. */
  #compiling: Promise<void> = Promise.resolve()
  #closed = false

  constructor(
    backend: TensorFlowBackend,
    model: DecodeModel,
    weights: ReadonlyMap<string, TensorData>,
    options: DecodeOptions,
  ) {
    this.#backend = backend
    this.#model = model
    this.#options = options
    this.#weights = new Map(Array.from(weights, ([name, data]) => [name, this.#hold(name, data)]))
  }

  async prompt(ids: Int32Array, capacity: number): Promise<Float32Array> {
    const room = await this.#roomOf(capacity)
    const { binding } = this.#backend
    const ops = tensorFlowDecodeOps(this.#backend, this.#weights, false)
    const logits = tf.tidy(() => {
      const decoded: Decoded = this.#model.prompt(ops, tf.tensor1d(ids, 'int32'), capacity)
      for (const [i, tensor] of decoded.memory.entries())
        room.memory[i]?.assign(binding.handleOf(this.#backend.idOf(tensor.flatten())))
      return Float32Array.from(decoded.logits.dataSync<'float32'>())
    })
    this.#room = room
    return logits
  }

  step(id: number, position: number): Promise<Float32Array> {
    if (!this.#room) throw new Error('decode: a step before the prompt')
    return Promise.resolve(this.#run(this.#room.xla ?? this.#room.graph, this.#room.memory, id, position))
  }

  close(): void {
    this.#closed = true
    const { context, binding } = this.#backend
    for (const { memory, graph } of this.#rooms.values()) {
      for (const variable of memory) variable.destroy()
      context.removeFunction(graph)
    }
    // A compilation cannot be cut short, and reads the weights.
    void this.#compiling.then(() => {
      for (const { xla } of this.#rooms.values()) if (xla !== null) context.removeFunction(xla)
      for (const { id } of this.#weights.values()) binding.deleteTensor(id)
    })
  }

  /** Turned round and narrowed on the device, one weight after the other. */
  #hold(name: string, { shape, data }: TensorData): HeldWeight {
    const { context, binding } = this.#backend
    let handle = context.newHandle(dtypes.float32, shape, data)
    const replace = (op: string, inputs: TensorHandle[], attributes: ReturnType<typeof typeAttr>[]): void => {
      const [next] = context.execute(op, [handle, ...inputs], 1, attributes) as [TensorHandle]
      context.release([handle, ...inputs])
      handle = next
    }
    const isMatrix = shape.length === 2
    const isTable = this.#model.tables.includes(name)
    if (isMatrix && !isTable) {
      const order = context.newHandle(dtypes.int32, [2], [1, 0])
      replace('Transpose', [order], [typeAttr('T', dtypes.float32), typeAttr('Tperm', dtypes.int32)])
    }
    if (isMatrix && this.#options.precision === 'bfloat16') {
      replace('Cast', [], [typeAttr('SrcT', dtypes.float32), typeAttr('DstT', dtypes.bfloat16)])
    }
    return { handle, ...binding.adoptHandle(handle) }
  }

  async #roomOf(capacity: number): Promise<Room> {
    const known = this.#rooms.get(capacity)
    if (known) return known
    const graph = recordDecodeStep(this.#backend, this.#model, this.#weights, capacity, false)
    const room: Room = { memory: this.#newMemory(capacity), graph, xla: null }
    this.#rooms.set(capacity, room)
    if (this.#options.compile === 'xla') await this.#compile(capacity, room)
    // A step that XLA cannot compile still runs as a graph.
    if (this.#options.compile === 'auto') {
      this.#compiling = this.#compiling.then(() => this.#compile(capacity, room)).catch(() => undefined)
    }
    return room
  }

  #newMemory(capacity: number): Variable[] {
    const { context } = this.#backend
    return this.#model.memoryShapes(capacity).map((shape) => new Variable(context, new Float32Array(sizeOf(shape))))
  }

  /** Compiles by running one step on a memory that nobody else sees. */
  async #compile(capacity: number, room: Room): Promise<void> {
    if (this.#closed) return
    const { context } = this.#backend
    const shadow = this.#newMemory(capacity)
    const feeds = this.#feeds(0, 0)
    try {
      await this.#backend.compiling(async () => {
        const name = recordDecodeStep(this.#backend, this.#model, this.#weights, capacity, true)
        context.release(await context.executeAsync(name, this.#inputs(feeds, shadow), 1))
        room.xla = name
      })
    } finally {
      context.release(feeds)
      for (const variable of shadow) variable.destroy()
    }
  }

  #run(name: string, memory: readonly Variable[], id: number, position: number): Float32Array {
    const { context } = this.#backend
    const feeds = this.#feeds(id, position)
    const outputs: TensorHandle[] = []
    try {
      outputs.push(...context.execute(name, this.#inputs(feeds, memory), 1))
      return numbersOf(dtypes.float32, context.read(outputs[0] as TensorHandle)) as Float32Array
    } finally {
      context.release([...feeds, ...outputs])
    }
  }

  #feeds(id: number, position: number): TensorHandle[] {
    return [id, position].map((value) => this.#backend.context.newHandle(dtypes.int32, [1], [value]))
  }

  #inputs(feeds: TensorHandle[], memory: readonly Variable[]): TensorHandle[] {
    const weights = Array.from(this.#weights.values(), ({ handle }) => handle)
    return [...feeds, ...weights, ...memory.map((variable) => variable.handle)]
  }
}
