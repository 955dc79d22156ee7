import { setImmediate as nextTurn } from 'node:timers/promises'
import { byteCharacters, bytesInOrder, endOfTextPiece } from './bytes'
import { PairHeap } from './pair-heap'

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
  const words = layOut(counts)
  const { symbols, starts, lengths, frequencies } = words
  const { pairCounts, wordsOf } = countPairs(words)
  const heap = new PairHeap()
  for (const [key, count] of pairCounts) heap.push(count, key)

  const pieces = [endOfTextPiece, ...bytesInOrder.map((byte) => byteCharacters[byte] ?? '')]
  const idOf = new Map(pieces.map((piece, id) => [piece, id]))
  const merges: [number, number][] = []
  let lastTurn = performance.now()

  while (pieces.length < vocabSize) {
    const top = heap.pop()
    if (!top) break
    const [count, key] = top
    const current = pairCounts.get(key) ?? 0
    if (current !== count) {
      // The count fell since this entry was made: it goes back to where it belongs now.
      if (current > 0) heap.push(current, key)
      continue
    }
    if (count < minFrequency) break
    const left = Math.floor(key / pairBase)
    const right = key % pairBase
    const piece = `${pieces[left] ?? ''}${pieces[right] ?? ''}`
    let id = idOf.get(piece)
    if (id === undefined) {
      id = pieces.length
      pieces.push(piece)
      idOf.set(piece, id)
    }
    merges.push([left, right])

    const changes = new Map<number, number>()
    const change = (a: number, b: number, by: number): number => {
      const changed = keyOf(a, b)
      changes.set(changed, (changes.get(changed) ?? 0) + by)
      return changed
    }
    for (const word of wordsOf.get(key) ?? []) {
      const frequency = frequencies[word] as number
      const start = starts[word] as number
      const end = start + (lengths[word] as number)
      let from = start
      while (from + 1 < end && !(symbols[from] === left && symbols[from + 1] === right)) from++
      if (from + 1 >= end) continue
      let to = from
      while (from < end) {
        if (from + 1 < end && symbols[from] === left && symbols[from + 1] === right) {
          if (to > start) {
            const before = symbols[to - 1] as number
            change(before, left, -frequency)
            remember(wordsOf, change(before, id, frequency), word)
          }
          if (from + 2 < end) {
            const after = symbols[from + 2] as number
            change(right, after, -frequency)
            remember(wordsOf, change(id, after, frequency), word)
          }
          symbols[to++] = id
          from += 2
        } else {
          symbols[to++] = symbols[from++] as number
        }
      }
      lengths[word] = to - start
    }
    wordsOf.delete(key)
    pairCounts.delete(key)
    changes.delete(key)
    for (const [changed, by] of changes) {
      if (by === 0) continue
      const now = (pairCounts.get(changed) ?? 0) + by
      if (now > 0) {
        pairCounts.set(changed, now)
        if (by > 0) heap.push(now, changed)
      } else {
        pairCounts.delete(changed)
        wordsOf.delete(changed)
      }
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

interface Words {
  /** Ids of all words, one after the other; a word that shrinks leaves a gap. */
  readonly symbols: Uint16Array
  readonly starts: Float64Array
  readonly lengths: Uint16Array
  readonly frequencies: Float64Array
}

function layOut(counts: ReadonlyMap<string, number>): Words {
  let total = 0
  for (const word of counts.keys()) total += Buffer.byteLength(word)
  const symbols = new Uint16Array(total)
  const starts = new Float64Array(counts.size)
  const lengths = new Uint16Array(counts.size)
  const frequencies = new Float64Array(counts.size)
  let at = 0
  let word = 0
  for (const [text, count] of counts) {
    const bytes = Buffer.from(text)
    for (let i = 0; i < bytes.length; i++) symbols[at + i] = idOfByte[bytes[i] as number] as number
    starts[word] = at
    lengths[word] = bytes.length
    frequencies[word] = count
    at += bytes.length
    word++
  }
  return { symbols, starts, lengths, frequencies }
}

/** Adds a word to the list of a pair, once: a list grows word by word, so only the last entry can be the same. */
function remember(wordsOf: Map<number, number[]>, key: number, word: number): void {
  const list = wordsOf.get(key)
  if (!list) wordsOf.set(key, [word])
  else if (list[list.length - 1] !== word) list.push(word)
}

function countPairs({ symbols, starts, lengths, frequencies }: Words): {
  pairCounts: Map<number, number>
  wordsOf: Map<number, number[]>
} {
  const pairCounts = new Map<number, number>()
  const wordsOf = new Map<number, number[]>()
  for (let word = 0; word < starts.length; word++) {
    const start = starts[word] as number
    const end = start + (lengths[word] as number)
    for (let i = start; i + 1 < end; i++) {
      const key = keyOf(symbols[i] as number, symbols[i + 1] as number)
      pairCounts.set(key, (pairCounts.get(key) ?? 0) + (frequencies[word] as number))
      remember(wordsOf, key, word)
    }
  }
  return { pairCounts, wordsOf }
}
