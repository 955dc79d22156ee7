import type { CorpusCounts, RunConfig } from '../../src-preload/contract/records'

/** Share of the tokens, in order, that training sees; the rest is validation (nanoGPT's split). */
export const trainShare = 0.9

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
  // Tokens fall roughly with the logarithm of the vocabulary between bytes (256) and the default tokenizer's count.
  const full = Math.log(Math.max(counts.maxVocabSize, 300) / 256)
  const wished = Math.log(Math.min(config.vocabSize, counts.maxVocabSize) / 256)
  const share = Math.min(1, Math.max(0, wished / full))
  return Math.max(1, Math.round(counts.bytes + (counts.tokens - counts.bytes) * share))
}
