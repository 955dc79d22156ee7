import type { TokenizerFit } from '../../../src-preload/contract/records/origin'
import { readDocuments, textPath } from '../corpus/documents'
import { textChunks } from '../corpus/text-chunks'
import type { Tokenizer } from '../tokenizer/tokenizer'

/** BPE is slow, and the rest of a text is like its beginning. */
const encodedBytes = 8 * 1024 * 1024
const shownExamples = 8

interface FitOptions {
  readonly corpusDir: string
  readonly tokenizer: Tokenizer
  readonly signal?: AbortSignal | undefined
}

/** What a text comes to with a tokenizer that may be made for another one. Throws `corpus.notReady`. */
export async function fitTokenizer({ corpusDir, tokenizer, signal }: FitOptions): Promise<TokenizerFit> {
  const documents = await readDocuments(corpusDir)
  const total = documents.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
  const isChar = tokenizer.unknown !== null
  const missing = new Map<string, number>()
  let [characters, tokens, read, encoded] = [0, 0, 0, 0]
  for (const document of documents) {
    const stream = tokenizer.encodeStream()
    for await (const { text, bytes } of textChunks(textPath(corpusDir), 'utf-8', { ...document, signal })) {
      read += bytes
      for (const character of text) {
        characters++
        if (isChar && tokenizer.encode(character)[0] === tokenizer.unknown)
          missing.set(character, (missing.get(character) ?? 0) + 1)
      }
      if (isChar || encoded < encodedBytes) {
        tokens += stream.push(text).length
        encoded = read
      }
    }
    tokens += stream.end().length + (tokenizer.endOfText === null ? 0 : 1)
  }
  const byCount = [...missing].sort(([, one], [, other]) => other - one)
  return {
    tokens: Math.round((tokens * total) / Math.max(1, encoded)),
    characters,
    unknown: byCount.reduce((sum, [, n]) => sum + n, 0),
    examples: byCount.slice(0, shownExamples).map(([character]) => character),
  }
}
