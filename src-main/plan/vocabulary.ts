import type { CorpusCounts } from '../../src-preload/contract/records/corpora'

type TextSize = Pick<CorpusCounts, 'bytes' | 'distinctCharacters'>

/** Below this a BPE vocabulary learns little more than the alphabet: single characters do better. */
const characterTextBytes = 20_000

/** Vocabulary by text size: a piece should occur often enough to be learned (about 100 times on average). */
const byBytes: readonly (readonly [bytes: number, pieces: number])[] = [
  [200_000, 512],
  [1_000_000, 1024],
  [5_000_000, 2048],
  [20_000_000, 4096],
  [100_000_000, 8192],
  [Infinity, 16_384],
]

/** Characters of an alphabet are single bytes or nearly so; a script of thousands of characters needs a piece for each. */
const alphabetCharacters = 256

export const defaultTokenizer = ({ bytes }: TextSize): 'bpe' | 'char' => (bytes < characterTextBytes ? 'char' : 'bpe')

/** Pieces of the BPE vocabulary that Homegrown chooses for a text; the text may not be able to fill it. */
export function defaultVocabSize({ bytes, distinctCharacters }: TextSize): number {
  const size = byBytes.find(([limit]) => bytes < limit)?.[1] ?? 16_384
  if (distinctCharacters <= alphabetCharacters) return size
  // Chinese, Japanese: the 256 bytes, the common half of its characters, and the words made of them.
  return Math.max(size, Math.min(16_384, 256 * Math.ceil((256 + distinctCharacters) / 256)))
}
