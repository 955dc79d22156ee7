import { rm } from 'node:fs/promises'
import { AppError } from '../../../src-preload/contract/errors'
import type { CorpusStage } from '../../../src-preload/contract/events'
import type { CorpusCounts } from '../../../src-preload/contract/records/corpora'
import { defaultVocabSize } from '../../plan/vocabulary'
import { setCorpusDocuments, setCorpusEnded, setCorpusReady } from '../db/corpora'
import type { JobTask, TextCounts } from '../jobs/protocol'
import type { Context } from './context'
import { ensureTokenized } from './tokenizing'

export type ReadTask = Extract<JobTask, { kind: 'import' | 'reread' }>

export interface ImportRequest {
  readonly corpusId: string
  /** What reads the text into the folder of this corpus. */
  readonly task: ReadTask
  readonly onProgress: (stage: CorpusStage, progress: number, file: string | null) => void
  readonly signal: AbortSignal
}

/** Reads the files, then learns the vocabulary that most runs will use. Never rejects: a failure is the text's state. */
export async function importText(context: Context, request: ImportRequest): Promise<void> {
  const { corpusId, signal, onProgress } = request
  try {
    const read = await readSources(context, request)
    const wish = { corpusId, tokenizer: 'bpe' as const, vocabSize: defaultVocabSize(read) }
    const tell = (stage: CorpusStage, progress: number) => {
      onProgress(stage, progress, null)
    }
    const { facts } = await ensureTokenized(context, wish, tell, signal)
    const counts: CorpusCounts = {
      ...read,
      tokens: facts.trainTokens + facts.valTokens,
      maxVocabSize: facts.maxVocabSize,
      countedShare: facts.countedShare,
    }
    setCorpusReady(context.db, corpusId, counts)
  } catch (thrown) {
    const error = signal.aborted ? new AppError('cancelled') : AppError.from(thrown)
    await rm(context.paths.corpus(corpusId), { recursive: true, force: true }).catch((problem: unknown) => {
      context.log(AppError.from(problem))
    })
    try {
      if (error.kind === 'cancelled') setCorpusEnded(context.db, corpusId, 'cancelled', null)
      else setCorpusEnded(context.db, corpusId, 'failed', error.toData())
    } catch (problem) {
      // Nothing can be written: the next start finds an import without an owner.
      context.log(AppError.from(problem))
    }
  }
}

async function readSources(
  context: Context,
  { corpusId, task, onProgress, signal }: ImportRequest,
): Promise<TextCounts> {
  const { documents, counts } = await context.jobs.ask(task, 'imported', {
    signal,
    onProgress: ({ stage, progress, file }) => {
      onProgress(stage, progress, file)
    },
  })
  setCorpusDocuments(context.db, corpusId, documents)
  if (counts !== null) return counts
  const [only] = documents
  throw documents.length === 1 && only?.problem ? AppError.fromData(only.problem) : new AppError('corpus.noText')
}
