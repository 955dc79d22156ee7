import type { TextCounts } from '../../backend/jobs/protocol'
import { textChunks } from './text-chunks'
import { Repeats } from './repeats'
import { textPath, type StoredDocument } from './documents'

/** Words are counted in all text up to this many characters, beyond it in one chunk of sixteen. */
const exactWordCharacters = 20_000_000
const sampledChunks = 16

/**
 * Counts characters (code points), words, lines, distinct characters and what repeats itself, of all documents, and
 * fills in each document's characters. Exact, but for words: the segmenter is slow, so above 20 million characters every sixteenth
 * chunk stands for the rest.
 */
export async function countText(
  corpusDir: string,
  documents: readonly StoredDocument[],
  onProgress: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<{ counts: TextCounts; documents: StoredDocument[] }> {
  const seen = new Uint8Array(0x110000)
  const words = new WordEstimate()
  const repeats = new Repeats()
  let characters = 0
  let lines = 0
  let bytes = 0
  const counted: StoredDocument[] = []
  for (const document of documents) {
    if (document.problem !== null) {
      counted.push(document)
      continue
    }
    let own = 0
    let last = 0x0a
    for await (const { text, bytes: read } of textChunks(textPath(corpusDir), 'utf-8', { ...document, signal })) {
      for (const character of text) {
        last = character.codePointAt(0) ?? 0
        seen[last] = 1
        if (last === 0x0a) lines++
        own++
      }
      words.push(text)
      repeats.push(text)
      onProgress(read)
    }
    // A last line without a line break is a line too.
    if (last !== 0x0a) lines++
    words.endDocument()
    repeats.endDocument()
    characters += own
    bytes += document.lengthBytes
    counted.push({ ...document, characters: own })
  }
  const distinctCharacters = seen.reduce((sum, one) => sum + one, 0)
  const uniqueShare = repeats.uniqueShare()
  const counts = { characters, words: words.total(), lines, bytes, distinctCharacters, uniqueShare }
  return { counts, documents: counted }
}

class WordEstimate {
  readonly #segmenter = new Intl.Segmenter(undefined, { granularity: 'word' })
  #rest = ''
  #chunks = 0
  #units = 0
  #countedUnits = 0
  #words = 0

  push(chunk: string): void {
    const every = this.#units < exactWordCharacters ? 1 : sampledChunks
    const skip = this.#chunks++ % every !== 0
    this.#units += chunk.length
    if (skip) {
      this.#rest = ''
      return
    }
    // Whether a word ends depends on what follows, so the part after the last white space waits, if it is short.
    const text = this.#rest + chunk
    const space = Math.max(0, text.search(/\s\S*$/))
    const end = text.length - space < 4096 ? space : text.length
    this.#count(text.slice(0, end))
    this.#rest = text.slice(end)
  }

  endDocument(): void {
    this.#count(this.#rest)
    this.#rest = ''
  }

  total(): number {
    return this.#countedUnits === 0 ? 0 : Math.round((this.#words * this.#units) / this.#countedUnits)
  }

  #count(text: string): void {
    this.#countedUnits += text.length
    for (const { isWordLike } of this.#segmenter.segment(text)) if (isWordLike) this.#words++
  }
}
