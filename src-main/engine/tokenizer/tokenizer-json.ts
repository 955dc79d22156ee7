import { z } from 'zod'
import { AppError } from '../../../src-preload/contract/errors'
import { baseVocabSize, type BpeVocabulary } from './bpe-train'
import { bytesOfPiece, endOfTextPiece } from './bytes'
import { wordPatternForFiles } from './pretokenize'

/**
 * tokenizer.json as HF's tokenizers reads it: a Split by our pattern, ByteLevel, BPE; or a Split into single characters
 * and WordLevel. The end-of-text mark is an added token only where texts with more than one document taught the model
 * what it means; a BPE vocabulary keeps its id 0 in any case, so that ids never depend on the number of documents.
 */
export const unknownPiece = '<|unknown|>'

export interface CharVocabulary {
  /** Sorted by code point; the id is the place. The unknown piece and the end-of-text mark follow. */
  readonly characters: readonly string[]
}

type Parsed =
  | { readonly kind: 'bpe'; readonly vocabulary: BpeVocabulary; readonly endOfText: number | null }
  | { readonly kind: 'char'; readonly vocabulary: CharVocabulary; readonly endOfText: number | null }

const eachCharacter = '[\\s\\S]'

const addedToken = z.object({ id: z.number().int(), content: z.string(), special: z.literal(true) })
const split = (pattern: string) =>
  z.object({
    type: z.literal('Split'),
    pattern: z.object({ Regex: z.literal(pattern) }),
    behavior: z.literal('Isolated'),
    invert: z.literal(false),
  })
const vocab = z.record(z.string(), z.number().int().nonnegative())
const tokenizerFile = z.union([
  z.object({
    added_tokens: z.array(addedToken).max(1),
    pre_tokenizer: z.object({
      type: z.literal('Sequence'),
      pretokenizers: z.tuple([
        split(wordPatternForFiles),
        z.object({ type: z.literal('ByteLevel'), add_prefix_space: z.literal(false), use_regex: z.literal(false) }),
      ]),
    }),
    model: z.object({ type: z.literal('BPE'), vocab, merges: z.array(z.tuple([z.string(), z.string()])) }),
  }),
  z.object({
    added_tokens: z.array(addedToken).min(1).max(2),
    pre_tokenizer: split(eachCharacter),
    model: z.object({ type: z.literal('WordLevel'), vocab, unk_token: z.literal(unknownPiece) }),
  }),
])

const special = (id: number, content: string): object => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
})
const splitBy = (pattern: string): object => ({
  type: 'Split',
  pattern: { Regex: pattern },
  behavior: 'Isolated',
  invert: false,
})
const frame = (addedTokens: readonly object[], rest: object): string =>
  JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens,
    normalizer: null,
    post_processor: null,
    ...rest,
  })

/** @param documents how many the text has: with one, the end-of-text mark stays without meaning */
export function bpeTokenizerJson({ pieces, merges }: BpeVocabulary, documents: number): string {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false }
  return frame(documents > 1 ? [special(0, endOfTextPiece)] : [], {
    pre_tokenizer: { type: 'Sequence', pretokenizers: [splitBy(wordPatternForFiles), byteLevel] },
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
      merges: merges.map(([left, right]) => [pieces[left], pieces[right]]),
    },
  })
}

/** @param characters distinct, any order */
export function charTokenizerJson(characters: Iterable<string>, documents: number): string {
  const sorted = [...characters].sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0))
  const specials = documents > 1 ? [unknownPiece, endOfTextPiece] : [unknownPiece]
  const pieces = [...sorted, ...specials]
  return frame(
    specials.map((piece, i) => special(sorted.length + i, piece)),
    {
      pre_tokenizer: splitBy(eachCharacter),
      decoder: { type: 'Fuse' },
      model: {
        type: 'WordLevel',
        vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
        unk_token: unknownPiece,
      },
    },
  )
}

/** Throws `tokenizer.damaged` where the file is not one of the two forms, or its ids, pieces or merges do not fit. */
export function parseTokenizer(text: string, file: string): Parsed {
  const damaged = (detail: string, cause?: unknown): AppError =>
    new AppError('tokenizer.damaged', { file, detail }, cause)
  let parsed: z.infer<typeof tokenizerFile>
  try {
    parsed = tokenizerFile.parse(JSON.parse(text))
  } catch (error) {
    throw damaged('form', error)
  }
  const pieces: string[] = []
  for (const [piece, id] of Object.entries(parsed.model.vocab)) pieces[id] = piece
  const count = Object.keys(parsed.model.vocab).length
  if (pieces.length !== count || pieces.includes(undefined as unknown as string)) throw damaged('ids')
  for (const { id, content } of parsed.added_tokens) if (pieces[id] !== content) throw damaged(content)
  const endOfText = parsed.added_tokens.find((token) => token.content === endOfTextPiece)?.id ?? null

  if (parsed.model.type === 'WordLevel') {
    const characters = pieces.slice(0, count - parsed.added_tokens.length)
    if (characters.some((character) => Array.from(character).length !== 1)) throw damaged('characters')
    if (pieces[characters.length] !== unknownPiece) throw damaged(unknownPiece)
    return { kind: 'char', vocabulary: { characters }, endOfText }
  }
  if (pieces[0] !== endOfTextPiece || count < baseVocabSize) throw damaged('bytes')
  if (pieces.slice(1).some((piece) => bytesOfPiece(piece) === null)) throw damaged('pieces')
  const idOf = new Map(pieces.map((piece, id) => [piece, id]))
  const merges = parsed.model.merges.map(([left, right]): [number, number] => {
    const leftId = idOf.get(left)
    const rightId = idOf.get(right)
    if (leftId === undefined || rightId === undefined || !idOf.has(left + right)) throw damaged(`${left} ${right}`)
    return [leftId, rightId]
  })
  return { kind: 'bpe', vocabulary: { pieces, merges }, endOfText }
}
