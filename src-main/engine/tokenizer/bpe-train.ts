import { setImmediate as nextTurn } from 'node:timers/promises'
import { byteCharacters, bytesInOrder, endOfTextPiece } from './bytes'
import { PairHeap } from './pair-heap'
import { PairPlaces } from './pair-places'

/** A BPE vocabulary: pieces by id, in the spelling of tokenizer.json, and the merges in their order. */
export interface BpeVocabulary {
  readonly pieces: readonly string[]
  /** Ids of the left and the right piece. Two merges may build the same piece. */
  readonly merges: readonly (readonly [number, number])[]
}

/** Id 0 is the end-of-text mark; the bytes follow. */
export const baseVocabSize = 1 + 256
const pairBase = 65_536
const keyOf = (left: number, right: number): number => left * pairBase + right

const idOfByte = new Uint16Array(256)
bytesInOrder.forEach((byte, i) => (idOfByte[byte] = 1 + i))

interface BpeOptions {
  /** Ends when so many pieces exist; at most 65,536. */
  readonly vocabSize: number
  /** Ends when no pair occurs so often. */
  readonly minFrequency: number
  /** Bytes of the longest piece; absent: no limit. HF's `max_token_length` is one more: it counts up to and not including. */
  readonly maxPieceBytes?: number
  readonly signal?: AbortSignal | undefined
  /** 0 to 1, about 20 times a second. */
  readonly onProgress?: (progress: number) => void
}

/**
 * Byte-pair encoding (Sennrich et al. 2016, section 3.2): merges the most frequent neighbours until the vocabulary is
 * full. Equal, merge for merge, to HF's BpeTrainer with the byte alphabet (ties: smaller ids first), which the fixtures
 * in test/fixtures/tokenizer prove. Words are changed in place in one array; pair counts are updated, never recounted.
 * Throws the signal's reason.
 */
export async function trainBpe(counts: ReadonlyMap<string, number>, options: BpeOptions): Promise<BpeVocabulary> {
  const { vocabSize, minFrequency, signal, onProgress } = options
  const text = new MergingText(counts, options.maxPieceBytes ?? Infinity)
  const heap = new PairHeap()
  text.places.forEach((pair, count) => {
    if (count >= minFrequency) heap.push(count, pair)
  })
  const pieces = [endOfTextPiece, ...bytesInOrder.map((byte) => byteCharacters[byte] ?? '')]
  const idOf = new Map(pieces.map((piece, id) => [piece, id]))
  const merges: [number, number][] = []
  let lastTurn = performance.now()

  while (pieces.length < vocabSize) {
    const top = heap.pop()
    if (!top) break
    const [count, pair] = top
    const current = text.places.count(pair)
    if (current !== count) {
      // The count fell since this entry was made: it goes back to where it belongs now.
      if (current >= minFrequency) heap.push(current, pair)
      continue
    }
    const [left, right] = [Math.floor(pair / pairBase), pair % pairBase]
    const piece = `${pieces[left] ?? ''}${pieces[right] ?? ''}`
    let id = idOf.get(piece)
    if (id === undefined) {
      id = pieces.length
      pieces.push(piece)
      idOf.set(piece, id)
    }
    merges.push([left, right])
    for (const gained of text.merge(left, right, id)) {
      const now = text.places.count(gained)
      if (now >= minFrequency) heap.push(now, gained)
    }
    if (performance.now() - lastTurn > 50) {
      onProgress?.(pieces.length / vocabSize)
      await nextTurn()
      signal?.throwIfAborted()
      lastTurn = performance.now()
    }
  }
  return { pieces, merges }
}

/** The first `vocabSize` pieces and the merges that build them: what training with that size would have given. */
export function cutVocabulary(vocabulary: BpeVocabulary, vocabSize: number): BpeVocabulary {
  if (vocabulary.pieces.length <= vocabSize) return vocabulary
  const pieces = vocabulary.pieces.slice(0, vocabSize)
  const last = pieces.at(-1)
  const end = vocabulary.merges.findIndex(
    ([left, right]) => `${vocabulary.pieces[left] ?? ''}${vocabulary.pieces[right] ?? ''}` === last,
  )
  return { pieces, merges: vocabulary.merges.slice(0, end + 1) }
}

/** All words as symbols, which merges change in place. */
class MergingText {
  /**
   * Ids of the symbols: a byte has one place, a longer symbol stands in the first and in the last of its bytes' places. 0
   * before, between and after the words.
   */
  readonly #symbols: Uint16Array
  /** Of the word that a place is in. */
  readonly #frequencies: Uint32Array
  /** Bytes of each symbol, by id. */
  readonly #lengths = new Uint32Array(pairBase).fill(1, 0, baseVocabSize)
  readonly #maxPieceBytes: number
  /** Of the pairs that may be merged. */
  readonly places: PairPlaces

  constructor(counts: ReadonlyMap<string, number>, maxPieceBytes: number) {
    this.#maxPieceBytes = maxPieceBytes
    let size = 1
    for (const word of counts.keys()) size += Buffer.byteLength(word) + 1
    this.#symbols = new Uint16Array(size)
    this.#frequencies = new Uint32Array(size)
    this.places = new PairPlaces(size)
    let at = 1
    for (const [word, count] of counts) {
      const bytes = Buffer.from(word)
      for (const byte of bytes) {
        this.#symbols[at] = idOfByte[byte] as number
        this.#frequencies[at++] = count
      }
      at++
    }
    for (at = 1; at + 1 < size; at++) this.#list(at, this.#symbols[at] as number, this.#symbols[at + 1] as number)
  }

  /** Makes `id` of the two wherever they are neighbours. @returns the pairs that gained places */
  merge(left: number, right: number, id: number): Set<number> {
    const symbols = this.#symbols
    const leftBytes = this.#lengths[left] as number
    const bytes = leftBytes + (this.#lengths[right] as number)
    this.#lengths[id] = bytes
    const gained = new Set<number>()
    const places = this.places.take(keyOf(left, right))
    // Of “aaa” the first two are merged.
    if (left === right) places.sort((a, b) => a - b)
    for (const place of places) {
      const second = place + leftBytes
      if (symbols[place] !== left || symbols[second] !== right) continue
      const before = symbols[place - 1] as number
      const beforePlace = place - (this.#lengths[before] as number)
      const after = symbols[place + bytes] as number
      const frequency = this.#frequencies[place] as number
      this.places.remove(keyOf(before, left), beforePlace, frequency)
      this.places.remove(keyOf(right, after), second, frequency)
      // Its place is gone, whatever is looked for there later.
      symbols[second] = 0
      symbols[place] = id
      symbols[place + bytes - 1] = id
      if (this.#list(beforePlace, before, id)) gained.add(keyOf(before, id))
      if (this.#list(place, id, after)) gained.add(keyOf(id, after))
    }
    return gained
  }

  /** @returns whether the two may become one */
  #list(place: number, left: number, right: number): boolean {
    if (left === 0 || right === 0) return false
    if ((this.#lengths[left] as number) + (this.#lengths[right] as number) > this.#maxPieceBytes) return false
    this.places.add(keyOf(left, right), place, this.#frequencies[place] as number)
    return true
  }
}
