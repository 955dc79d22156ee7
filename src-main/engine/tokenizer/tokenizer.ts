import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { AppError } from '../../../src-preload/contract/errors'
import { BpeEncoder } from './bpe-encode'
import type { BpeVocabulary } from './bpe-train'
import { bytesOfPiece } from './bytes'
import { parseTokenizer, type CharVocabulary } from './tokenizer-json'
import { splitWords, WordSplitter } from './pretokenize'
import { Utf8Stream } from './stream-decoder'

export interface TokenStream {
  /** Ids that are final after this piece of text. Pieces must not cut a surrogate pair. */
  push(text: string): number[]
  /** The rest, at the end of a document. */
  end(): number[]
}

export interface TextStream {
  /** The characters that this id completes; empty while a character is incomplete. */
  push(id: number): string
}

export interface Tokenizer {
  readonly vocabSize: number
  /** Ends a document; null where the text was one document and the mark was never seen in training. */
  readonly endOfText: number | null
  /** An id that no training text contains and that must not be generated; null where every id may come. */
  readonly untrained: number | null
  /** Stands for every character that the vocabulary lacks; null where it lacks none (bytes). */
  readonly unknown: number | null
  encode(text: string): number[]
  /** How many bytes of UTF-8 of the text each id of `encode(text)` stands for. */
  lengths(text: string): number[]
  /** The same ids for text that comes in pieces. */
  encodeStream(): TokenStream
  decodeStream(): TextStream
  /** Bytes of UTF-8 that an id stands for; none for the end-of-text mark. */
  bytesOf(id: number): Uint8Array
}

function bpeTokenizer(vocabulary: BpeVocabulary, endOfText: number | null): Tokenizer {
  const encoder = new BpeEncoder(vocabulary)
  // The mark is not made of byte characters only by accident: it must never be spelled out.
  const bytes = vocabulary.pieces.map((piece, id) =>
    id === 0 ? new Uint8Array() : (bytesOfPiece(piece) ?? new Uint8Array()),
  )
  const bytesOf = (id: number): Uint8Array => bytes[id] ?? new Uint8Array()
  const collect = (): { ids: number[]; visit: (word: string) => void } => {
    const ids: number[] = []
    return {
      ids,
      visit: (word) => {
        for (const id of encoder.word(word)) ids.push(id)
      },
    }
  }
  return {
    vocabSize: vocabulary.pieces.length,
    endOfText,
    untrained: endOfText === null ? 0 : null,
    unknown: null,
    encode(text) {
      const { ids, visit } = collect()
      splitWords(text, visit)
      return ids
    },
    lengths(text) {
      return this.encode(text).map((id) => bytesOf(id).length)
    },
    encodeStream() {
      let ids: number[] = []
      const splitter = new WordSplitter((word) => {
        for (const id of encoder.word(word)) ids.push(id)
      })
      const take = (): number[] => {
        const taken = ids
        ids = []
        return taken
      }
      return {
        push(text) {
          splitter.push(text)
          return take()
        },
        end() {
          splitter.end()
          return take()
        },
      }
    },
    decodeStream() {
      const utf8 = new Utf8Stream()
      return { push: (id) => utf8.push(bytesOf(id)) }
    },
    bytesOf,
  }
}

function charTokenizer({ characters }: CharVocabulary, endOfText: number | null): Tokenizer {
  const idOf = new Map(characters.map((character, id) => [character, id]))
  const unknown = characters.length
  const encode = (text: string): number[] => Array.from(text, (character) => idOf.get(character) ?? unknown)
  const textOf = (id: number): string => characters[id] ?? (id === unknown ? '\uFFFD' : '')
  return {
    vocabSize: characters.length + 1 + (endOfText === null ? 0 : 1),
    endOfText,
    untrained: unknown,
    unknown,
    encode,
    // Of one that nobody has seen in training too, for which its id does not stand.
    lengths: (text) => Array.from(text, (character) => Buffer.byteLength(character)),
    encodeStream: () => ({ push: encode, end: () => [] }),
    decodeStream: () => ({ push: textOf }),
    bytesOf: (id) => Buffer.from(textOf(id)),
  }
}

/** Throws `tokenizer.damaged`. @param text of a tokenizer.json that Homegrown wrote */
export function tokenizerFrom(text: string, file = 'tokenizer.json'): Tokenizer {
  const parsed = parseTokenizer(text, file)
  switch (parsed.kind) {
    case 'bpe':
      return bpeTokenizer(parsed.vocabulary, parsed.endOfText)
    case 'char':
      return charTokenizer(parsed.vocabulary, parsed.endOfText)
  }
}

/** @returns the tokenizer and the sha256 (hex) of its file. Throws `tokenizer.damaged`. */
export async function loadTokenizer(path: string): Promise<{ tokenizer: Tokenizer; hash: string; json: string }> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    throw new AppError('tokenizer.damaged', { file: basename(path) }, error)
  }
  const json = bytes.toString('utf8')
  return {
    tokenizer: tokenizerFrom(json, basename(path)),
    hash: createHash('sha256').update(bytes).digest('hex'),
    json,
  }
}
