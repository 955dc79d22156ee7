import { isDeepStrictEqual } from 'node:util'
import { sizeOf } from '../../model/weight-table'
import { AppError } from '../../../../src-preload/contract/errors'
import type { Model } from '../../model/architecture'
import type { DecodeOptions, DecodePasses } from '../decoder'
import { isRefusal } from '../library-error'
import type { TensorData } from '../../ops'
import { castAttrs, typeAttr } from './attributes'
import type { TensorFlowBackend } from './backend'
import type { TensorHandle } from './c-api'
import { recordDecodePass, type DecodeWeight } from './decode-functions'
import { bytesOf, dtypes, numbersOf } from './dtypes'
import { Variable } from './variables'
import { WeightArena } from './weight-arena'

/** A pass of a prompt that was computed. */
interface PrefillPass {
  /** The recorded function. */
  readonly name: string
  readonly ids: Int32Array
  readonly logits: Float32Array
}

/** What is remembered at one capacity, and the passes that were recorded for it. */
interface DecodeCache {
  readonly capacity: number
  readonly slots: readonly Variable[]
  /** Recorded, by the number of tokens. */
  readonly passes: Map<number, string>
  /** The pass of one token, set when XLA has compiled it. */
  xla: string | null
  /** The last prompt's passes in order; what they left in the cache is still there. */
  prefill: readonly PrefillPass[]
}

interface HeldWeight extends DecodeWeight {
  readonly handle: TensorHandle
}

/**
 * Tokens of a prompt that one native call takes. Where it can be padded: every call reads and rearranges all weights, so that
 * 128 tokens cost only twice as much as 32, and to record a call costs as much as some single tokens. Where it cannot, each
 * token is a part of the graph. (docs/log/047)
 */
const chunks = { few: 8, small: 32, large: 128, exact: 8 } as const

/**
 * Recorded passes, one native call each: a prompt in chunks, then one token at a time. What a prompt has in common with the
 * one before it, by whole passes, is not computed again.
 */
export class TensorFlowDecode implements DecodePasses {
  readonly #backend: TensorFlowBackend
  readonly #model: Model
  /** Whose rows are looked up; every other matrix is multiplied by. */
  readonly #tables: ReadonlySet<string>
  /**
   * Whether a pass may be given more ids than there are tokens. What is then kept of the rest is never looked at: it is behind
   * the last token, and the next ones take its place.
   */
  readonly #isPadded: boolean
  readonly #options: DecodeOptions
  readonly #weights: ReadonlyMap<string, HeldWeight>
  readonly #caches = new Map<number, DecodeCache>()
  #cache: DecodeCache | null = null
  /** Settled when no compilation is under way. */
  #compiling: Promise<void> = Promise.resolve()
  /** What went wrong in one, other than a refusal. */
  #fault: AppError | null = null
  #closed = false

  constructor(
    backend: TensorFlowBackend,
    model: Model,
    weights: ReadonlyMap<string, TensorData>,
    options: DecodeOptions,
  ) {
    this.#backend = backend
    this.#model = model
    this.#tables = new Set(model.weights.filter(({ isTable }) => isTable).map(({ name }) => name))
    this.#isPadded = model.window !== null
    this.#options = options
    const matrices = Array.from(weights.values(), ({ shape }) => shape).filter(({ length }) => length === 2)
    const [dtype, widthBytes] = options.precision === 'bfloat16' ? [dtypes.bfloat16, 2] : [dtypes.float32, 4]
    // A graphics card has memory of its own.
    const arena = backend.context.hasGpu() ? null : new WeightArena(backend.context, dtype, widthBytes, matrices)
    this.#weights = new Map(Array.from(weights, ([name, data]) => [name, this.#hold(name, data, arena)]))
    arena?.close()
  }

  async prompt(ids: Int32Array, capacity: number): Promise<Float32Array> {
    const cache = await this.#cacheOf(capacity)
    this.#cache = cache
    // What is behind the last token of a padded pass is never looked at, so neither is what an earlier text left there. Any
    // other cache is what came after the last token: nothing in it can be taken again.
    const padded = this.#isPadded
    if (!padded) for (const variable of cache.slots) variable.write(new Float32Array(sizeOf(variable.shape)))
    const before = padded ? cache.prefill : []
    // Should a pass fail, nothing is known of the cache.
    cache.prefill = []
    const prefill: PrefillPass[] = []
    let isSame = true
    let logits: Float32Array = new Float32Array()
    for (let position = 0; position < ids.length;) {
      const length = this.#lengthOfPass(cache, ids.length - position)
      const name = this.#passOf(cache, length)
      const part = ids.subarray(position, position + length)
      const known = before[prefill.length]
      // Only whole passes that would be run again just like this: then not a bit depends on the prompt before.
      isSame &&= known?.name === name && isDeepStrictEqual(known.ids, part)
      logits = isSame && known ? known.logits : this.#run(name, cache, part, position, length)
      if (padded) prefill.push({ name, ids: part, logits })
      position += length
    }
    cache.prefill = prefill
    return logits.slice()
  }

  step(id: number, position: number): Promise<Float32Array> {
    if (!this.#cache) throw new Error('decode: a step before the prompt')
    const name = this.#passOf(this.#cache, 1)
    return Promise.resolve(this.#run(name, this.#cache, Int32Array.of(id), position, 1))
  }

  close(): void {
    this.#closed = true
    const { context, binding } = this.#backend
    for (const { slots, passes } of this.#caches.values()) {
      for (const variable of slots) variable.destroy()
      for (const name of passes.values()) context.removeFunction(name)
    }
    // A compilation cannot be cut short, and reads the weights.
    void this.#compiling.then(() => {
      for (const { xla } of this.#caches.values()) if (xla !== null) context.removeFunction(xla)
      for (const { id } of this.#weights.values()) binding.deleteTensor(id)
    })
  }

  #hold(name: string, { shape, data }: TensorData, arena: WeightArena | null): HeldWeight {
    const { context, binding } = this.#backend
    const isMatrix = shape.length === 2
    const isTurned = isMatrix && !this.#tables.has(name)
    const isNarrowed = isMatrix && this.#options.precision === 'bfloat16'
    const inArena = isMatrix && arena?.fits(shape) ? arena : null
    if (inArena && !isTurned && !isNarrowed) {
      // The largest one: TensorFlow would not give its memory back if it went another way.
      const handle = inArena.add(shape, bytesOf(dtypes.float32, data))
      return { handle, ...binding.adoptHandle(handle) }
    }
    const made = this.#made(shape, data, isTurned, isNarrowed)
    const handle = inArena ? context.lent(made, (bytes) => inArena.add(context.describe(made).shape, bytes)) : made
    if (inArena) context.release([made])
    return { handle, ...binding.adoptHandle(handle) }
  }

  /** Turned round and narrowed on the device. */
  #made(shape: readonly number[], data: Float32Array, isTurned: boolean, isNarrowed: boolean): TensorHandle {
    const { context } = this.#backend
    let handle = context.newHandle(dtypes.float32, shape, data)
    const replace = (op: string, inputs: TensorHandle[], attributes: ReturnType<typeof typeAttr>[]): void => {
      const [next] = context.execute(op, [handle, ...inputs], 1, attributes) as [TensorHandle]
      context.release([handle, ...inputs])
      handle = next
    }
    if (isTurned) {
      const order = context.newHandle(dtypes.int32, [2], [1, 0])
      replace('Transpose', [order], [typeAttr('T', dtypes.float32), typeAttr('Tperm', dtypes.int32)])
    }
    if (isNarrowed) replace('Cast', [], castAttrs(dtypes.float32, dtypes.bfloat16))
    return handle
  }

  #lengthOfPass({ passes }: DecodeCache, rest: number): number {
    if (!this.#isPadded) return rest < chunks.exact ? 1 : chunks.exact
    if (rest === 1 || (rest <= chunks.few && !passes.has(chunks.small))) return 1
    return rest > chunks.small ? chunks.large : chunks.small
  }

  /** Large enough for a last pass that is padded. */
  async #cacheOf(expected: number): Promise<DecodeCache> {
    const capacity = Math.ceil(expected / chunks.large) * chunks.large
    const known = this.#caches.get(capacity)
    if (known) return known
    const cache: DecodeCache = { capacity, slots: this.#newSlots(capacity), passes: new Map(), xla: null, prefill: [] }
    this.#caches.set(capacity, cache)
    if (this.#options.compile === 'xla') await this.#compile(cache)
    if (this.#options.compile === 'auto') {
      this.#compiling = this.#compiling
        .then(() => this.#compile(cache))
        .catch((thrown: unknown) => {
          // A step that XLA cannot compile still runs as a graph.
          if (!isRefusal(thrown)) this.#fault = AppError.from(thrown)
        })
    }
    return cache
  }

  #newSlots(capacity: number): Variable[] {
    const { context } = this.#backend
    const shapes = this.#model.cacheShapes(capacity)
    return shapes.map((shape) => new Variable(context, shape))
  }

  /** Compiles by running one step on a cache that nobody else sees. */
  async #compile(cache: DecodeCache): Promise<void> {
    if (this.#closed) return
    const { context } = this.#backend
    const shadow = this.#newSlots(cache.capacity)
    const feeds = this.#feeds(Int32Array.of(0), 0, 1)
    try {
      await this.#backend.compiling(async () => {
        const name = this.#record(1, cache.capacity, true)
        context.release(await context.executeAsync(name, this.#inputs(feeds, shadow), 1))
        cache.xla = name
      })
    } finally {
      context.release(feeds)
      for (const variable of shadow) variable.destroy()
    }
  }

  #record(length: number, capacity: number, compileWithXla: boolean): string {
    return recordDecodePass(this.#backend, this.#model, this.#weights, length, capacity, compileWithXla)
  }

  #passOf({ passes, xla, capacity }: DecodeCache, length: number): string {
    if (this.#fault) throw this.#fault
    if (length === 1 && xla !== null) return xla
    const name = passes.get(length) ?? this.#record(length, capacity, false)
    passes.set(length, name)
    return name
  }

  /** @param length of the recorded pass: at least as many as there are ids */
  #run(name: string, cache: DecodeCache, ids: Int32Array, position: number, length: number): Float32Array {
    const { context } = this.#backend
    const feeds = this.#feeds(ids, position, length)
    const outputs: TensorHandle[] = []
    try {
      outputs.push(...context.execute(name, this.#inputs(feeds, cache.slots), 1))
      return numbersOf(dtypes.float32, context.read(outputs[0] as TensorHandle)) as Float32Array
    } finally {
      context.release([...feeds, ...outputs])
    }
  }

  #feeds(ids: Int32Array, position: number, length: number): TensorHandle[] {
    const { context } = this.#backend
    const padded = new Int32Array(length)
    padded.set(ids)
    const place = [position, ids.length - 1].map((value) => context.newHandle(dtypes.int32, [1], [value]))
    return [context.newHandle(dtypes.int32, [length], padded), ...place]
  }

  #inputs(feeds: TensorHandle[], slots: readonly Variable[]): TensorHandle[] {
    const weights = Array.from(this.#weights.values(), ({ handle }) => handle)
    return [...feeds, ...weights, ...slots.map((variable) => variable.handle)]
  }
}
