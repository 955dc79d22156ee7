import type { Reading } from '../../src-preload/contract/records/conversations'
import { loadTokenizer, type Tokenizer } from './tokenizer/tokenizer'

/** The tokenizer of the page that somebody is writing: a run never changes its own. */
let last: { readonly file: string; readonly tokenizer: Tokenizer } | null = null

/**
 * What a model is given of a text in the one form (corpus/normalize.ts), and where it begins to read.
 *
 * @param file tokenizer.json of its run
 * @param limit its context length in tokens; null: it reads everything
 * @throws AppError `tokenizer.damaged`
 */
export async function readPage(file: string, text: string, limit: number | null): Promise<Reading> {
  if (last?.file !== file) last = { file, tokenizer: (await loadTokenizer(file)).tokenizer }
  const lengths = last.tokenizer.lengths(text)
  const tokens = lengths.length
  if (limit === null || tokens <= limit) return { tokens, limit, unread: 0 }
  const unreadBytes = lengths.slice(0, tokens - limit).reduce((sum, length) => sum + length, 0)
  return { tokens, limit, unread: charactersIn(text, unreadBytes) }
}

/** UTF-16 code units of the characters that end within so many bytes of UTF-8: one that a token cuts is still read. */
function charactersIn(text: string, bytes: number): number {
  let left = bytes
  let units = 0
  for (const character of text) {
    left -= Buffer.byteLength(character)
    if (left < 0) break
    units += character.length
  }
  return units
}
