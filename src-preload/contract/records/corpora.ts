/** A person's texts: their files, counts and imports. */

import { z } from '../zod'
import { corpusId, errorData, timestamp } from './common'

export const corpusState = z.enum(['importing', 'ready', 'failed', 'cancelled'])

/** Which tenth of a text validates: blocks drawn evenly over it; in runs of earlier versions the last tenth. */
export const textSplit = z.enum(['lastTenth', 'blocks'])
export type TextSplit = z.infer<typeof textSplit>

export const corpusDocument = z.object({
  name: z.string(),
  sizeBytes: z.number().int(),
  /** As TextDecoder names it; two where the lines of a file differ: "utf-8 + windows-1252". */
  encoding: z.string(),
  characters: z.number().int(),
  /** Characters in lines of the second encoding, read as what they most likely are. */
  repaired: z.number().int().default(0),
  /** Characters that no encoding explains: U+FFFD stands for them. */
  lost: z.number().int().default(0),
  /** Zero bytes and byte order marks within the text, left out. */
  removed: z.number().int().default(0),
  /** Nothing in the file says its encoding: its bytes are kept, and can be read in another (`corpora.reread`). */
  guessed: z.boolean().default(false),
  /** Why this file was left out; null when it is in. */
  problem: errorData.nullable(),
})
export type CorpusDocument = z.infer<typeof corpusDocument>

/** A file that a browser was given and does not send: it becomes a document that says why it was left out. */
export const unsentFile = z.object({
  kind: z.literal('unsent'),
  name: z.string().min(1).max(4096),
  problem: z.enum(['corpus.hidden', 'corpus.unreadable', 'corpus.tooLarge']),
})
export type UnsentFile = z.infer<typeof unsentFile>

/** An encoding that a file may be in, with what it would make of its start. */
export const encodingCandidate = z.object({ encoding: z.string().max(40), preview: z.string() })
export type EncodingCandidate = z.infer<typeof encodingCandidate>

export const corpusCounts = z.object({
  characters: z.number().int(),
  /** Words as the writing system has them: Intl.Segmenter, so Chinese counts too. */
  words: z.number().int(),
  lines: z.number().int(),
  bytes: z.number().int(),
  /** Different characters: what a character tokenizer would have as vocabulary. */
  distinctCharacters: z.number().int(),
  /** With the tokenizer that Homegrown would choose for this text. */
  tokens: z.number().int(),
  /** The largest BPE vocabulary that this text can fill. */
  maxVocabSize: z.number().int(),
  /** Share of its bytes that its BPE vocabulary is learned from, spread evenly over it; absent in what earlier versions stored. */
  countedShare: z.number().optional(),
  /** Share of the text that is left when sentences that come again are counted once; absent where nobody looked. */
  uniqueShare: z.number().optional(),
})
export type CorpusCounts = z.infer<typeof corpusCounts>

export const corpusRecord = z.object({
  corpusId,
  name: z.string(),
  state: corpusState,
  createdAt: timestamp,
  /** Files that were read. */
  documents: z.number().int(),
  /** Files that were left out; each document says why. */
  leftOut: z.number().int(),
  /** Sums of the documents. */
  repaired: z.number().int(),
  lost: z.number().int(),
  /** Whether the person has dealt with the above (`corpora.dismiss`). */
  dismissed: z.boolean(),
  counts: corpusCounts.nullable(),
  error: errorData.nullable(),
})
export type CorpusRecord = z.infer<typeof corpusRecord>

/**
 * What an import led to. `here`: the same content was imported before, and this is that text; `trash`: it is, but
 * deleted.
 */
export const importedCorpus = corpusRecord.extend({ found: z.enum(['new', 'here', 'trash']) })
export type ImportedCorpus = z.infer<typeof importedCorpus>
