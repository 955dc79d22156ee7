import { textHash } from './text-hash'

/** Shorter ones come again by chance: “Yes, he said.” */
const shortest = 12
/** Sentences that are remembered all; beyond them every sixteenth stands for the rest. */
const most = 1_000_000
const sampled = 16
const sentenceEnd = /[\n.!?。！？；]+/

/** How much of a text is left when sentences that come again are counted once. */
export class Repeats {
  readonly #seen = new Set<number>()
  #rest = ''
  #units = 0
  #uniqueUnits = 0

  push(chunk: string): void {
    const sentences = (this.#rest + chunk).split(sentenceEnd)
    // A text without any end is cut where the chunk is.
    const open = sentences.pop() ?? ''
    this.#rest = open.length < 65_536 ? open : ''
    for (const sentence of sentences) this.#count(sentence)
    if (this.#rest === '') this.#count(open)
  }

  endDocument(): void {
    this.#count(this.#rest)
    this.#rest = ''
  }

  /** 0 to 1; 1 for a text without repetition, or without sentences. */
  uniqueShare(): number {
    return this.#units === 0 ? 1 : this.#uniqueUnits / this.#units
  }

  #count(sentence: string): void {
    const text = sentence.trim()
    if (text.length < shortest) return
    const hash = textHash(text)
    const isSampled = this.#seen.size >= most
    if (isSampled && hash % sampled !== 0) return
    const units = text.length * (isSampled ? sampled : 1)
    this.#units += units
    if (this.#seen.has(hash)) return
    this.#seen.add(hash)
    this.#uniqueUnits += units
  }
}
