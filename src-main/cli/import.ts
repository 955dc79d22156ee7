import { resolve } from 'node:path'
import { AppError } from '../../src-preload/contract/errors'
import type { CorpusRecord } from '../../src-preload/contract/records/corpora'
import type { Backend } from '../backend/backend'
import { profileDirFrom } from '../backend/places'
import { profilePaths } from '../backend/services/context'
import { percent } from './amounts'
import type { Options } from './arguments'
import { onInterrupt } from './interrupt'
import { jsonLine, line, overwrite } from './output'
import { fileFromStdin } from './stdin'
import { texts } from './text'
import { UsageError } from './usage-error'

/**
 * The text of a file, a folder, or of standard input (`-`): imported, unless it is here already.
 *
 * @throws UsageError for an empty name, which would mean the folder that the person stands in
 */
export async function importText(backend: Backend, file: string, options: Options): Promise<CorpusRecord> {
  if (file.trim() === '') throw new UsageError('arguments.invalid', texts.emptyFile)
  if (file !== '-') return await importPath(backend, resolve(file), options)
  const { path, remove } = await fileFromStdin(profilePaths(profileDirFrom(process.env)).uploads)
  try {
    return await importPath(backend, path, options)
  } finally {
    await remove()
  }
}

async function importPath(backend: Backend, path: string, options: Options): Promise<CorpusRecord> {
  const { corpora } = backend.services
  const terminal = process.stdout.isTTY
  let shown = ''
  const unsubscribe = backend.subscribe((event) => {
    if (event.topic !== 'corpus' || event.kind !== 'progress' || options.json === true) return
    const stage = texts.importStage(event.stage)
    if (terminal) overwrite(`${stage}: ${percent(event.progress)}`)
    else if (stage !== shown) line(stage)
    shown = stage
  })
  // There is nothing to save here: the import is cancelled and leaves nothing behind.
  const interrupted = new AbortController()
  const cancelAll = () => {
    interrupted.abort()
    for (const { corpusId, state } of corpora.list()) if (state === 'importing') void corpora.cancel(corpusId)
  }
  const stopListening = onInterrupt(cancelAll)
  try {
    const { corpusId } = await corpora.importFile(path)
    // While the file's hash was taken there was no import to cancel yet.
    if (interrupted.signal.aborted) cancelAll()
    const corpus = await corpora.settled(corpusId)
    if (interrupted.signal.aborted || corpus.state === 'cancelled') throw new AppError('cancelled')
    if (corpus.error !== null) {
      if (corpus.leftOut > 1) reportImport(backend, corpus, options)
      // A text that failed is of no use to anybody; the window shows such ones, the command line has said why.
      await corpora.delete(corpusId)
      throw AppError.fromData(corpus.error)
    }
    if (terminal && shown !== '') overwrite('')
    reportImport(backend, corpus, options)
    return corpus
  } finally {
    stopListening()
    unsubscribe()
  }
}

/** What was read, and what was left out, repaired or lost and why. */
function reportImport(backend: Backend, corpus: CorpusRecord, options: Options): void {
  const documents = backend.services.corpora.documents(corpus.corpusId)
  if (options.json === true) {
    const files = documents.filter(({ problem, repaired, lost }) => problem !== null || repaired + lost > 0)
    jsonLine({ type: 'text', ...corpus, files })
    return
  }
  if (corpus.error === null) line(texts.usingText(corpus.name, corpus.counts?.characters ?? 0))
  for (const text of texts.importReport(corpus, documents)) line(text)
}
