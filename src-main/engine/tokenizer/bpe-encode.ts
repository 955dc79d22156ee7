import type { BpeVocabulary } from './bpe-train'
import { bytesOfPiece } from './bytes'
import { PairHeap } from './pair-heap'

/** Past this many bytes a heap finds the next merge faster than a scan does. */
const longWordBytes = 24
const maxCachedWords = 500_000

/** Words to ids by the merges' order, as HF's BPE model does. */
export class BpeEncoder {
  readonly #ranks = new Map<number, readonly [rank: number, id: number]>()
  readonly #idOfByte = new Uint32Array(256)
  readonly #base: number
  readonly #cache = new Map<string, readonly number[]>()

  constructor({ pieces, merges }: BpeVocabulary) {
    this.#base = pieces.length
    const idOf = new Map(pieces.map((piece, id) => [piece, id]))
    pieces.forEach((piece, id) => {
      const bytes = bytesOfPiece(piece)
      if (bytes?.length === 1) this.#idOfByte[bytes[0] as number] = id
    })
    merges.forEach(([left, right], rank) => {
      const id = idOf.get(`${pieces[left] ?? ''}${pieces[right] ?? ''}`)
      if (id !== undefined) this.#ranks.set(this.#key(left, right), [rank, id])
    })
  }

  /** Ids of one word of the pre-tokenizer. */
  word(word: string): readonly number[] {
    const known = this.#cache.get(word)
    if (known) return known
    const ids = Array.from(Buffer.from(word), (byte) => this.#idOfByte[byte] as number)
    const merged = ids.length > longWordBytes ? this.#mergeLong(ids) : this.#mergeShort(ids)
    // Only short words come again; they are also never slices that would keep a large text alive.
    if (word.length <= 12 && this.#cache.size < maxCachedWords) this.#cache.set(word, merged)
    return merged
  }

  #key(left: number, right: number): number {
    return left * this.#base + right
  }

  #mergeShort(ids: number[]): number[] {
    while (ids.length > 1) {
      let bestRank = Infinity
      let bestAt = -1
      let bestId = 0
      for (let i = 0; i + 1 < ids.length; i++) {
        const merge = this.#ranks.get(this.#key(ids[i] as number, ids[i + 1] as number))
        if (merge && merge[0] < bestRank) {
          bestRank = merge[0]
          bestAt = i
          bestId = merge[1]
        }
      }
      if (bestAt < 0) break
      ids.splice(bestAt, 2, bestId)
    }
    return ids
  }

  /** A linked list and a heap of possible merges by rank, then place: n log n instead of n². */
  #mergeLong(ids: number[]): number[] {
    const count = ids.length
    const next = Int32Array.from(ids, (_, i) => (i + 1 < count ? i + 1 : -1))
    const previous = Int32Array.from(ids, (_, i) => i - 1)
    const heap = new PairHeap()
    const offer = (at: number): void => {
      if (at < 0) return
      const after = next[at] as number
      if (after < 0) return
      const merge = this.#ranks.get(this.#key(ids[at] as number, ids[after] as number))
      if (merge) heap.push(-merge[0], at)
    }
    for (let i = 0; i < count; i++) offer(i)
    for (let top = heap.pop(); top; top = heap.pop()) {
      const [negativeRank, at] = top
      const after = next[at] as number
      if ((ids[at] as number) < 0 || after < 0) continue
      const merge = this.#ranks.get(this.#key(ids[at] as number, ids[after] as number))
      // One of the two has been merged away since this was offered.
      if (!merge || merge[0] !== -negativeRank) continue
      ids[at] = merge[1]
      ids[after] = -1
      const beyond = next[after] as number
      next[at] = beyond
      if (beyond >= 0) previous[beyond] = at
      offer(previous[at] as number)
      offer(at)
    }
    return ids.filter((id) => id >= 0)
  }
}
