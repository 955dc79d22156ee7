import { existsSync } from 'node:fs'
import { AppError } from '../../../src-preload/contract/errors'
import type { EncodingCandidate } from '../../../src-preload/contract/records/corpora'
import { decoderFor } from './decoders'
import { originalPath, readAllDocuments, textPath, type StoredDocument } from './documents'
import { chosenEncoding, detectEncoding } from './encoding'
import { legacyEncodings, rank } from './guess'
import type { Source } from './import'
import { decodeMixed, mixtureSample } from './mixed'
import { normalizeText } from './normalize'

/** The sources of a text as it is, but for one document, which is read from its kept bytes in `encoding`. */
export async function rereadSources(fromDir: string, index: number, encoding: string): Promise<Source[]> {
  if (!isKnown(encoding)) throw new AppError('input.invalid', { field: 'encoding' })
  const documents = await readAllDocuments(fromDir)
  mustBeKept(fromDir, documents, index)
  return documents.map((document, i): Source => {
    const { name, problem } = document
    const original = originalPath(fromDir, i)
    if (i === index) return { path: original, name, encoding }
    if (problem !== null) return { path: original, name, problem }
    return { path: textPath(fromDir), name, taken: { document, original } }
  })
}

const previewCharacters = 240

/** Encodings that make different texts of a document, the likeliest first, each with what it makes of its start. */
export async function encodingCandidates(corpusDir: string, index: number): Promise<EncodingCandidate[]> {
  mustBeKept(corpusDir, await readAllDocuments(corpusDir), index)
  const path = originalPath(corpusDir, index)
  const found = await detectEncoding(path, () => undefined)
  const sample = await mixtureSample(path)
  const ranked = [...new Set([found?.mixture?.legacy ?? found?.encoding ?? 'utf-8', ...rank(sample), ...unicode])]
  const candidates = new Map<string, EncodingCandidate>()
  for (const encoding of ranked) {
    const { mixture } = chosenEncoding(found, encoding)
    const text = mixture === null ? decoderFor(encoding).decode(sample) : decodeMixed(sample, mixture)
    const preview = Array.from(normalizeText(text)).slice(0, previewCharacters).join('')
    if (!candidates.has(preview)) candidates.set(preview, { encoding, preview })
  }
  return [...candidates.values()]
}

const unicode = ['utf-8', 'utf-16le', 'utf-16be', 'utf-32le', 'utf-32be', 'iso-2022-jp']
const isKnown = (encoding: string): boolean => [...legacyEncodings, ...unicode].includes(encoding)

/** Throws `corpus.unreadable`. */
function mustBeKept(corpusDir: string, documents: readonly StoredDocument[], index: number): void {
  const document = documents[index]
  if (document?.guessed !== true || !existsSync(originalPath(corpusDir, index))) {
    throw new AppError('corpus.unreadable', { name: document?.name ?? '' })
  }
}
