import { readDocuments, textPath } from '../corpus/documents'
import { textChunks } from '../corpus/text-chunks'
import { cutVocabulary, trainBpe } from './bpe-train'
import { bpeTokenizerJson, charTokenizerJson } from './tokenizer-json'
import { WordCounter } from './word-counter'

/** BPE learns from up to this much text; from more, from as many 1 MiB pieces spread evenly over it. */
const trainingBytes = 64 * 1024 * 1024
/** A full vocabulary ends here: ids stay in 16 bits. */
const maxVocabSize = 65_536
/** A piece that occurs once teaches nothing. */
const minFrequency = 2
/**
 * 16 characters of Chinese, SentencePiece's default (`max_sentencepiece_length`). A Chinese sentence is one word without a
 * space: one that comes again and again would become a piece, and its beginnings too. No English word is longer.
 */
export const maxPieceBytes = 48

interface LearnOptions {
  readonly corpusDir: string
  readonly kind: 'bpe' | 'char'
  /** BPE: the wish; the text may fill less. */
  readonly vocabSize: number
  readonly signal?: AbortSignal | undefined
  /** 0 to 1. */
  readonly onProgress?: (progress: number) => void
}

export interface LearnedTokenizer {
  /** Content of tokenizer.json. */
  readonly json: string
  /** How many pieces this text can fill. */
  readonly maxVocabSize: number
  /** Of the text's bytes, those that taught it: 0 to 1, 1 where all of them did. */
  readonly countedShare: number
}

/**
 * Text → tokenizer.json. All of the text teaches the tokenizer, also what is kept for validation: the vocabulary says
 * nothing about the order of words, and a character tokenizer must know every character (nanoGPT does the same). BPE is
 * trained until no pair occurs twice and cut to the wish, which gives the same merges because BPE is greedy.
 */
export async function learnTokenizer(options: LearnOptions): Promise<LearnedTokenizer> {
  const { corpusDir, kind, vocabSize, signal, onProgress } = options
  const documents = await readDocuments(corpusDir)
  const total = documents.reduce((sum, document) => sum + document.lengthBytes, 0)
  const stride = kind === 'bpe' ? Math.max(1, Math.ceil(total / trainingBytes)) : 1
  const counter = new WordCounter()
  const characters = new Set<string>()
  let read = 0
  let chunk = 0
  for (const document of documents) {
    for await (const { text, bytes } of textChunks(textPath(corpusDir), 'utf-8', { ...document, signal })) {
      read += bytes
      onProgress?.((read / total) * 0.5)
      if (kind === 'char') for (const character of text) characters.add(character)
      else if (chunk % stride === 0) counter.push(text)
      // What follows a piece that is left out does not belong to the word before it.
      if (stride > 1) counter.endDocument()
      chunk++
    }
    counter.endDocument()
  }
  if (kind === 'char') {
    const json = charTokenizerJson(characters, documents.length)
    return { json, maxVocabSize: characters.size, countedShare: 1 }
  }
  const vocabulary = await trainBpe(counter.counts(), {
    vocabSize: maxVocabSize,
    // In a sample a pair that was seen once is worth its weight, and teaches nothing either.
    minFrequency: minFrequency * counter.weight,
    maxPieceBytes,
    signal,
    onProgress: (progress) => onProgress?.(0.5 + progress * 0.5),
  })
  return {
    json: bpeTokenizerJson(cutVocabulary(vocabulary, vocabSize), documents.length),
    maxVocabSize: vocabulary.pieces.length,
    countedShare: counter.countedBytes / total,
  }
}
