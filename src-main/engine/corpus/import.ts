import { constants } from 'node:fs'
import { copyFile, mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError, type ErrorData } from '../../../src-preload/contract/errors'
import type { CorpusStage } from '../../../src-preload/contract/events'
import { corpusLimits } from '../../../src-preload/contract/limits'
import { corpusDocument, type CorpusDocument } from '../../../src-preload/contract/records/corpora'
import type { ImportSource, TextCounts } from '../../backend/jobs/protocol'
import { createAtomicFile, type AtomicFile } from '../files'
import { countText } from './counts'
import { originalPath, textPath, writeDocuments, type StoredDocument } from './documents'
import { chosenEncoding, decodedChunks, detectEncoding, namesOf } from './encoding'
import { foreignFormat, formatBytes } from './formats'
import { TextNormalizer } from './normalize'
import { byteChunks } from './text-chunks'

/** A file to read, or a document that is taken over as it is from another text. */
export interface Source extends ImportSource {
  /** As a person chose it. */
  readonly encoding?: string
  readonly taken?: { readonly document: StoredDocument; readonly original: string }
}

interface ImportOptions {
  readonly sources: readonly Source[]
  /** An existing, empty folder. */
  readonly corpusDir: string
  readonly signal?: AbortSignal | undefined
  /** Progress from 0 to 1 within the stage. */
  readonly onProgress?: (stage: CorpusStage, progress: number, file: string | null) => void
}

/**
 * Files → `text.txt` (UTF-8, one document after the other) and `documents.json`. A file with a problem is left out and
 * says why; the text is in one form (normalize.ts).
 * Where no file is left, there is no `text.txt` and there are no counts. Throws `disk.full` and the signal's reason.
 */
export async function importTexts(
  options: ImportOptions,
): Promise<{ documents: CorpusDocument[]; counts: TextCounts | null }> {
  const { sources, corpusDir, signal, onProgress } = options
  const sizes = await Promise.all(sources.map((source) => sizeOf(source)))
  // Each file is read twice: once to find its encoding, once for its text.
  const toRead = 2 * sizes.reduce<number>((sum, size) => sum + (typeof size === 'number' ? size : 0), 0)
  const documents: StoredDocument[] = []
  const output = await createAtomicFile(textPath(corpusDir))
  try {
    let done = 0
    for (const [i, source] of sources.entries()) {
      signal?.throwIfAborted()
      const size = sizes[i] ?? 0
      const onRead = (bytes: number): void => {
        done += bytes
        onProgress?.('reading', toRead === 0 ? 1 : done / toRead, source.name)
      }
      const read = source.taken ? takeOver : readSource
      const document = typeof size === 'number' ? await read({ source, sizeBytes: size, output, onRead, signal }) : size
      if (document.guessed) await keepOriginal(source.taken?.original ?? source.path, originalPath(corpusDir, i))
      documents.push(document)
    }
    if (documents.every(({ problem }) => problem !== null))
      return { documents: documents.map(withoutPlace), counts: null }
    await output.commit()
  } finally {
    await output.discard()
  }

  const total = documents.reduce((sum, document) => sum + document.lengthBytes, 0)
  let counted = 0
  const result = await countText(
    corpusDir,
    documents,
    (bytes) => {
      counted += bytes
      onProgress?.('counting', counted / total, null)
    },
    signal,
  )
  await writeDocuments(corpusDir, result.documents)
  return {
    counts: result.counts,
    documents: result.documents.map(withoutPlace),
  }
}

const withoutPlace = (document: StoredDocument): CorpusDocument => corpusDocument.parse(document)

const leftOut = (source: ImportSource, sizeBytes: number, problem: ErrorData): StoredDocument => ({
  name: source.name,
  sizeBytes,
  encoding: '',
  characters: 0,
  repaired: 0,
  lost: 0,
  removed: 0,
  guessed: false,
  problem,
  offsetBytes: 0,
  lengthBytes: 0,
})

/** Size of a file that may be read, or the document that says why it may not. */
async function sizeOf(source: Source): Promise<number | StoredDocument> {
  if (source.taken) return source.taken.document.lengthBytes
  const { name, path, problem } = source
  if (problem !== undefined) return leftOut(source, 0, problem)
  const refused = (sizeBytes: number, error: AppError): StoredDocument => leftOut(source, sizeBytes, error.toData())
  try {
    const facts = await stat(path)
    if (!facts.isFile()) return refused(0, new AppError('corpus.notFile', { file: name }))
    if (facts.size > corpusLimits.maxFileBytes) {
      return refused(facts.size, new AppError('corpus.tooLarge', { file: name, sizeBytes: facts.size }))
    }
    return facts.size
  } catch (error) {
    return refused(0, new AppError('corpus.unreadable', { name }, error))
  }
}

interface Reading {
  readonly source: Source
  readonly sizeBytes: number
  readonly output: AtomicFile
  readonly onRead: (bytes: number) => void
  readonly signal: AbortSignal | undefined
}

/** A document of another text, which is UTF-8 in one form already. */
async function takeOver({ source, output, onRead, signal }: Reading): Promise<StoredDocument> {
  const { document } = source.taken ?? {}
  if (document === undefined) throw new Error('nothing to take over')
  const offsetBytes = output.size
  for await (const chunk of byteChunks(source.path, { ...document, signal })) {
    await output.write(chunk)
    onRead(2 * chunk.length)
  }
  return { ...document, offsetBytes }
}

async function keepOriginal(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  try {
    // Where the file system can, the copy takes no room before one of both changes.
    await copyFile(from, to, constants.COPYFILE_FICLONE)
  } catch (error) {
    throw AppError.from(error)
  }
}

/** Appends one file's text to the output; where that fails because of the file, takes back what was appended. */
async function readSource({ source, sizeBytes, output, onRead, signal }: Reading): Promise<StoredDocument> {
  const offsetBytes = output.size
  try {
    const foreign = await readable(source, () => formatOf(source), signal)
    if (foreign !== null) throw foreign
    const detected = await readable(source, () => detectEncoding(source.path, onRead, signal), signal)
    const found = source.encoding === undefined ? detected : chosenEncoding(detected, source.encoding)
    if (found === null) throw new AppError('corpus.binaryFile', { file: source.name })
    const normalizer = new TextNormalizer()
    const text = cleanText(decodedChunks(source.path, found, { signal }), normalizer, onRead)
    let hasInk = false
    let lost = 0
    for (;;) {
      const next = await readable(source, () => text.next(), signal)
      if (next.done) break
      hasInk ||= /[^\s\p{Cf}]/u.test(next.value)
      lost += next.value.match(/\uFFFD/g)?.length ?? 0
      await output.write(Buffer.from(next.value))
    }
    if (!hasInk) throw new AppError('corpus.emptyFile', { file: source.name })
    const lengthBytes = output.size - offsetBytes
    const { name } = source
    const { guessed } = found
    const repairs = { repaired: found.mixture?.repaired ?? 0, lost, removed: normalizer.removed }
    const encoding = namesOf(found)
    return { name, sizeBytes, encoding, characters: 0, ...repairs, guessed, problem: null, offsetBytes, lengthBytes }
  } catch (error) {
    if (!(error instanceof AppError) || error.kind !== 'validation') throw error
    await output.truncate(offsetBytes)
    return leftOut(source, sizeBytes, error.toData())
  }
}

async function formatOf({ path, name }: ImportSource): Promise<AppError | null> {
  for await (const start of byteChunks(path, { lengthBytes: formatBytes })) return foreignFormat(name, start)
  return null
}

/** What fails while a file is read is that file's problem; what fails while the output is written is not. */
async function readable<T>(source: ImportSource, read: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await read()
  } catch (error) {
    signal?.throwIfAborted()
    throw error instanceof AppError ? error : new AppError('corpus.unreadable', { name: source.name }, error)
  }
}

async function* cleanText(
  chunks: AsyncIterable<{ text: string; bytes: number }>,
  normalizer: TextNormalizer,
  onRead: (bytes: number) => void,
): AsyncGenerator<string> {
  for await (const { text, bytes } of chunks) {
    yield normalizer.push(text)
    onRead(bytes)
  }
  yield normalizer.end()
}
