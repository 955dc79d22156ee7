/**
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): random numbers as a pure
 * function of a key and a counter. A run is repeatable because every random number in it is named by
 * (seed, purpose, index), and it can be resumed because no generator has a state.
 */

/** What a random number is for. The values are part of the format of a run: never renumber. */
export const purposes = { init: 1, batches: 2, dropout: 3, sampling: 4, split: 5, test: 99 } as const
export type Purpose = keyof typeof purposes

/** One round's product, split: 32 × 32 → 64 bits without BigInt. Returns the high word; the low one is Math.imul. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16)
  const carry = aLow * bHigh + (middle % 0x10000)
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0
}

/**
 * The bare function, for the known answers of the paper's code.
 * @param counter four uint32
 * @param key two uint32
 * @returns out, filled with four uint32
 */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  out = new Uint32Array(4),
): Uint32Array {
  let [c0, c1, c2, c3] = counter
  let [k0, k1] = key
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0)
    const low0 = Math.imul(0xd2511f53, c0) >>> 0
    const high1 = multiplyHigh(0xcd9e8d57, c2)
    const low1 = Math.imul(0xcd9e8d57, c2) >>> 0
    c0 = (high1 ^ c1 ^ k0) >>> 0
    c1 = low1
    c2 = (high0 ^ c3 ^ k1) >>> 0
    c3 = low0
    k0 = (k0 + 0x9e3779b9) >>> 0
    k1 = (k1 + 0xbb67ae85) >>> 0
  }
  out[0] = c0
  out[1] = c1
  out[2] = c2
  out[3] = c3
  return out
}

/** A sequence of random numbers named by (seed, purpose, index, lane), read from the start. */
export class RandomStream {
  readonly #key: readonly [number, number]
  readonly #index: number
  readonly #lane: number
  readonly #words = new Uint32Array(4)
  #block = 0
  #used = 4
  #spare: number | null = null

  /**
   * @param seed integer from 0 to 2^32 - 1
   * @param index for example the step, or the number of a weight; integer from 0 to 2^32 - 1
   * @param lane a second index where one is needed, for example the place in the model
   */
  constructor(seed: number, purpose: Purpose, index = 0, lane = 0) {
    this.#key = [seed >>> 0, purposes[purpose]]
    this.#index = index >>> 0
    this.#lane = lane >>> 0
  }

  /** 32 random bits. */
  uint32(): number {
    if (this.#used === 4) {
      philox([this.#block, 0, this.#index, this.#lane], this.#key, this.#words)
      this.#block++
      this.#used = 0
    }
    return this.#words[this.#used++] ?? 0
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    const high = this.uint32() >>> 5
    const low = this.uint32() >>> 6
    return (high * 0x4000000 + low) / 0x20000000000000
  }

  /**
   * Standard normal (Box and Muller 1958). Math.log, cos and sin are V8's own ports of fdlibm, so the bits are the same
   * on every computer.
   */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare
      this.#spare = null
      return spare
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    const angle = 2 * Math.PI * this.uniform()
    this.#spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }

  /** Uniform integer in [0, bound), without bias: rejects the incomplete last range. bound from 1 to 2^32. */
  intBelow(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 0x100000000) {
      throw new RangeError(`intBelow: expected an integer from 1 to 2^32, got ${bound}`)
    }
    const limit = 0x100000000 - (0x100000000 % bound)
    for (;;) {
      const word = this.uint32()
      if (word < limit) return word % bound
    }
  }
}
