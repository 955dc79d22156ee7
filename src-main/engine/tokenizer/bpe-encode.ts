import type { BpeVocabulary } from './bpe-train'
import { bytesOfPiece } from './bytes'
import { ownCopy } from './pretokenize'

const maxCachedWords = 200_000

/** Words to ids by the merges' order, as HF's BPE model does. */
export class BpeEncoder {
  readonly #ranks = new Map<number, number>()
  /** The id that each merge gives, by rank. */
  readonly #merged: number[] = []
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
      this.#ranks.set(this.#key(left, right), rank)
      this.#merged.push(idOf.get(`${pieces[left] ?? ''}${pieces[right] ?? ''}`) ?? 0)
    })
  }

  /** Ids of one word of the pre-tokenizer. */
  word(word: string): readonly number[] {
    const known = this.#cache.get(word)
    if (known) return known
    const ids = Array.from(Buffer.from(word), (byte) => this.#idOfByte[byte] as number)
    const merged = this.#merge(ids)
    if (this.#cache.size < maxCachedWords) this.#cache.set(ownCopy(word), merged)
    return merged
  }

  #key(left: number, right: number): number {
    return left * this.#base + right
  }

  /** Merges the pair that was learned first, until none is left. Words have at most 132 bytes, so a scan is enough. */
  #merge(ids: number[]): number[] {
    // Rank of the merge of ids[i] and ids[i + 1]; only the neighbours of a merge are looked up again.
    const ranks = Array.from(ids, (_, i) => this.#rankAt(ids, i))
    for (;;) {
      let best = Infinity
      let at = -1
      for (let i = 0; i < ranks.length; i++) {
        if ((ranks[i] as number) < best) {
          best = ranks[i] as number
          at = i
        }
      }
      if (at < 0) return ids
      ids.splice(at, 2, this.#merged[best] as number)
      ranks.splice(at, 1)
      ranks[at] = this.#rankAt(ids, at)
      if (at > 0) ranks[at - 1] = this.#rankAt(ids, at - 1)
    }
  }

  #rankAt(ids: readonly number[], at: number): number {
    if (at + 1 >= ids.length) return Infinity
    return this.#ranks.get(this.#key(ids[at] as number, ids[at + 1] as number)) ?? Infinity
  }
}
