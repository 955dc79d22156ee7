import { AppError } from '../../../src-preload/contract/errors'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { Precision } from '../../../src-preload/contract/records/steps'
import type { Model } from '../model/architecture'

export interface DecodeOptions {
  /** `auto`: a plain graph answers until XLA has compiled the step, off the event loop. */
  readonly compile: RunConfig['compile']
  /** Of the weights in memory: half the bytes, so up to twice the speed, and now and then another token. */
  readonly precision: Precision
}

/** The passes of a model that talks, with its weights and its cache, on some engine. */
export interface DecodePasses {
  /** A text from its beginning: the cache is emptied. @returns logits of the next token, float32 [V] */
  prompt(ids: Int32Array, capacity: number): Promise<Float32Array>
  /** One token more. @param position how many came before it: less than the capacity */
  step(id: number, position: number): Promise<Float32Array>
  /** Frees weights and cache. Not while a pass is under way. */
  close(): void
}

/** Caches come in powers of two from here on: each size is recorded, and compiled, once. */
const smallestCapacity = 64

/** A model that continues a text: fed with tokens, it gives the logits of the next one. */
export class Decoder {
  readonly #model: Model
  readonly #passes: DecodePasses
  /** What the model sees: of a text longer than its window, the end. */
  #ids: number[] = []
  #capacity = 0
  #expected = 0

  constructor(model: Model, passes: DecodePasses) {
    this.#model = model
    this.#passes = passes
  }

  /** The next `feed` begins a text. @param expected its length in tokens at the end, as far as one knows */
  begin(expected: number): void {
    this.#ids = []
    this.#capacity = 0
    this.#expected = expected
  }

  /**
   * A model with a window sees at most that many tokens: a longer prompt is cut to its end, as
   * nanoGPT's generate does. When the window is full, its last half is computed anew as a prompt and the rest forgotten:
   * learned positions cannot be shifted, and recomputing for every token, as nanoGPT does, would cost a window a token.
   *
   * @param ids at least one: the prompt, then one token at a time
   * @returns logits of the token after them, float32 [V]; the caller's
   */
  async feed(ids: readonly number[]): Promise<Float32Array> {
    const [first] = ids
    if (first === undefined) throw new AppError('engine.failed', { detail: 'expected at least one id' })
    const position = this.#ids.length
    this.#ids.push(...ids)
    if (ids.length === 1 && position > 0 && position < this.#capacity) return this.#passes.step(first, position)

    const { window } = this.#model
    if (window === null) {
      this.#capacity = Infinity
    } else {
      if (this.#ids.length > window) this.#ids = this.#ids.slice(-Math.max(Math.min(ids.length, window), window >> 1))
      const needed = Math.max(this.#ids.length + 1, this.#expected)
      this.#capacity = Math.min(window, Math.max(smallestCapacity, 2 ** Math.ceil(Math.log2(needed))))
    }
    return this.#passes.prompt(Int32Array.from(this.#ids), this.#capacity)
  }

  close(): void {
    this.#passes.close()
  }
}
