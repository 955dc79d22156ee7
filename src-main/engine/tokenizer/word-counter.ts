import { ownCopy, WordSplitter } from './pretokenize'

/**
 * Distinct words are held as far as they take this much memory: 20 MB of Chinese in which hardly a sentence comes twice
 * are counted exactly, and so is all English (docs/log/058).
 */
const maxMemoryBytes = 384 * 1024 * 1024

/** Its string and its entry here; in merging 14 bytes for each of its own (MergingText in bpe-train.ts). */
const memoryBytesOf = (word: string): number => 100 + 14 * Buffer.byteLength(word)

/**
 * How often each word occurs, collected from text in pieces: exact while the distinct words fit into the memory; beyond it
 * a counting sample (Gibbons and Matias 1998, section 3): a word that is not held is taken up with probability
 * 1 / `weight`, and counted exactly from then on. So the whole of a text teaches, evenly, wherever its style changes, and
 * what is frequent stays exact. The same text gives the same counts.
 */
export class WordCounter {
  readonly #held = new Map<string, number>()
  readonly #maxBytes: number
  #bytes = 0
  #weight = 1
  #state = 0x9e3779b9
  readonly #splitter = new WordSplitter((word) => {
    const count = this.#held.get(word)
    if (count !== undefined) this.#held.set(word, count + 1)
    else if (this.#weight === 1 || this.#happens()) this.#hold(word)
  })

  constructor(maxBytes = maxMemoryBytes) {
    this.#maxBytes = maxBytes
  }

  /** What a word that was seen once stands for: 1 while counts are exact. A power of two. */
  get weight(): number {
    return this.#weight
  }

  /** Estimates of how often each word occurs; exact where `weight` is 1. */
  counts(): ReadonlyMap<string, number> {
    if (this.#weight === 1) return this.#held
    return new Map(Array.from(this.#held, ([word, count]) => [word, count + this.#weight - 1]))
  }

  /** Bytes of UTF-8 of the text that were counted: all of it where `weight` is 1. */
  get countedBytes(): number {
    let bytes = 0
    for (const [word, count] of this.#held) bytes += count * Buffer.byteLength(word)
    return bytes
  }

  push(text: string): void {
    this.#splitter.push(text)
  }

  /** Ends a document: words do not span documents. */
  endDocument(): void {
    this.#splitter.end()
  }

  #hold(word: string): void {
    this.#held.set(ownCopy(word), 1)
    this.#bytes += memoryBytesOf(word)
    while (this.#bytes > this.#maxBytes) this.#thin()
  }

  /** Doubles the weight: each word loses what it was counted before it would have been taken up. */
  #thin(): void {
    this.#weight *= 2
    for (const [word, count] of this.#held) {
      if (this.#coin()) continue
      let left = count - 1
      while (left > 0 && !this.#happens()) left--
      if (left > 0) {
        this.#held.set(word, left)
      } else {
        this.#held.delete(word)
        this.#bytes -= memoryBytesOf(word)
      }
    }
  }

  #happens(): boolean {
    return (this.#random() & (this.#weight - 1)) === 0
  }

  #coin(): boolean {
    return (this.#random() & 1) === 0
  }

  /** Xorshift (Marsaglia 2003), whose upper bits are the better ones. */
  #random(): number {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x
    return x >>> 8
  }
}
