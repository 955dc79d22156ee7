import type { CorpusCounts, TextSplit } from '../../src-preload/contract/records/corpora'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { defaultVocabSize } from './vocabulary'

/** Share of a text that training sees; the rest is validation (nanoGPT's share). */
export const trainShare = 0.9
/** Of texts and runs from now on. */
export const currentSplit: TextSplit = 'blocks'
/** How many of so many tokens, or characters, validate. */
export const validationOf = (count: number): number => count - Math.floor(count * trainShare)

/** What a text that is too short is told to have, in round numbers: enough for a window of 8 to fit ten times into a tenth of it. */
export const leastWords = 200

/** Pieces the tokenizer will really have: a short text cannot fill a large BPE vocabulary. */
export function effectiveVocabSize(config: RunConfig, counts: CorpusCounts, documents: number): number {
  switch (config.tokenizer) {
    case 'bpe':
      return Math.min(config.vocabSize, counts.maxVocabSize)
    case 'char':
      // Characters, the replacement for unseen ones, and an end-of-text mark where there is more than one document.
      return counts.distinctCharacters + 1 + (documents > 1 ? 1 : 0)
  }
}

/** Tokens the text will have, estimated before it is encoded: exact for characters, interpolated for BPE. */
export function estimateTokens(config: RunConfig, counts: CorpusCounts): number {
  if (config.tokenizer === 'char') return counts.characters
  // Tokens fall roughly with the logarithm of the vocabulary: from the bytes (256 pieces) to the default tokenizer's count
  // at its vocabulary, and on from there. More than 8 bytes a token on average is beyond what real text gives.
  const counted = Math.min(defaultVocabSize(counts), counts.maxVocabSize)
  const full = Math.log(Math.max(counted, 300) / 256)
  const wished = Math.log(Math.min(config.vocabSize, counts.maxVocabSize) / 256)
  const share = Math.max(0, wished / full)
  return Math.max(1, Math.round(Math.max(counts.bytes / 8, counts.bytes + (counts.tokens - counts.bytes) * share)))
}
