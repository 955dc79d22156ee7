import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { AppError } from '../../../src-preload/contract/errors'
import type { CorpusStage } from '../../../src-preload/contract/events'
import { corpusLimits } from '../../../src-preload/contract/limits'
import { corpusDocument, type CorpusDocument } from '../../../src-preload/contract/records'
import type { ImportSource, TextCounts } from '../../backend/jobs/protocol'
import { createAtomicFile, type AtomicFile } from '../files'
import { countText } from './counts'
import { textPath, writeDocuments, type StoredDocument } from './documents'
import { detectEncoding } from './encoding'
import { textChunks } from './text-chunks'

interface ImportOptions {
  readonly sources: readonly ImportSource[]
  /** An existing, empty folder. */
  readonly corpusDir: string
  readonly signal?: AbortSignal | undefined
  /** Progress from 0 to 1 within the stage. */
  readonly onProgress?: (stage: CorpusStage, progress: number, file: string | null) => void
}

/**
 * Files → `text.txt` (UTF-8, one document after the other) and `documents.json`. A file with a problem is left out and
 * says why; the text is kept as it is but for a byte order mark and CRLF, which becomes LF.
 * Throws `corpus.noText` where nothing is left (one file: its own problem), `disk.full`, and the signal's reason.
 */
export async function importTexts(
  options: ImportOptions,
): Promise<{ documents: CorpusDocument[]; counts: TextCounts }> {
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
      documents.push(typeof size === 'number' ? await readSource(source, size, output, onRead, signal) : size)
    }
    const good = documents.filter((document) => document.problem === null)
    if (good.length === 0) {
      const [only] = documents
      throw documents.length === 1 && only?.problem
        ? AppError.fromData(only.problem)
        : new AppError('corpus.noText', { files: documents.length })
    }
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
    documents: result.documents.map((document) => corpusDocument.parse(document)),
  }
}

const leftOut = (source: ImportSource, sizeBytes: number, problem: AppError): StoredDocument => ({
  name: source.name,
  sizeBytes,
  encoding: '',
  characters: 0,
  problem: problem.toData(),
  offsetBytes: 0,
  lengthBytes: 0,
})

/** Size of a file that may be read, or the document that says why it may not. */
async function sizeOf(source: ImportSource): Promise<number | StoredDocument> {
  const file = source.name
  const extension = extname(file).slice(1).toLowerCase()
  if (!(corpusLimits.extensions as readonly string[]).includes(extension)) {
    return leftOut(source, 0, new AppError('corpus.unsupported', { file, extension }))
  }
  try {
    const facts = await stat(source.path)
    if (!facts.isFile()) return leftOut(source, 0, new AppError('corpus.unreadable', { name: file }))
    if (facts.size > corpusLimits.maxFileBytes) {
      return leftOut(source, facts.size, new AppError('corpus.tooLarge', { file, sizeBytes: facts.size }))
    }
    return facts.size
  } catch (error) {
    return leftOut(source, 0, new AppError('corpus.unreadable', { name: file }, error))
  }
}

/** Appends one file's text to the output; where that fails because of the file, takes back what was appended. */
async function readSource(
  source: ImportSource,
  sizeBytes: number,
  output: AtomicFile,
  onRead: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<StoredDocument> {
  const offsetBytes = output.size
  try {
    const encoding = await readable(source, () => detectEncoding(source.path, onRead, signal), signal)
    if (encoding === null) throw new AppError('corpus.binaryFile', { file: source.name })
    const text = cleanText(textChunks(source.path, encoding, { signal }), source.name, onRead)
    let hasInk = false
    for (;;) {
      const next = await readable(source, () => text.next(), signal)
      if (next.done) break
      hasInk ||= /\S/.test(next.value)
      await output.write(Buffer.from(next.value))
    }
    if (!hasInk) throw new AppError('corpus.emptyFile', { file: source.name })
    const lengthBytes = output.size - offsetBytes
    return { name: source.name, sizeBytes, encoding, characters: 0, problem: null, offsetBytes, lengthBytes }
  } catch (error) {
    if (!(error instanceof AppError) || error.kind !== 'validation') throw error
    await output.truncate(offsetBytes)
    return leftOut(source, sizeBytes, error)
  }
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

/** CRLF becomes LF, also where a chunk ends between the two. Throws `corpus.binaryFile` on U+0000. */
async function* cleanText(
  chunks: AsyncIterable<{ text: string; bytes: number }>,
  file: string,
  onRead: (bytes: number) => void,
): AsyncGenerator<string> {
  let held = ''
  for await (const { text, bytes } of chunks) {
    if (text.includes('\0')) throw new AppError('corpus.binaryFile', { file })
    const whole = held + text
    held = whole.endsWith('\r') ? '\r' : ''
    yield whole.slice(0, whole.length - held.length).replaceAll('\r\n', '\n')
    onRead(bytes)
  }
  if (held) yield held
}
