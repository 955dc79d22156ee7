import { rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../../src-preload/contract/errors'
import type { CorpusStage } from '../../../src-preload/contract/events'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import { currentSplit } from '../../plan/facts'
import { findTokenizer, storeTokenizer } from '../db/tokenizers'
import type { TokenizedFacts } from '../jobs/protocol'
import type { Context } from './context'

export interface TokenizeRequest {
  readonly corpusId: string
  readonly tokenizer: RunConfig['tokenizer']
  /** Not used for characters. */
  readonly vocabSize: number
  /** What is there may be damaged: it is only taken where it surely is as it was written. */
  readonly isSuspect?: boolean
}

export interface Tokenized {
  /** Holds tokenizer.json, train.bin and val.bin. */
  readonly dir: string
  readonly facts: TokenizedFacts
}

/**
 * The text as tokens, split as texts are now: from an earlier time, or by a job. Cancelling kills the job; what it left is removed.
 *
 * @throws AppError `cancelled`, `corpus.notFound` (its folder was emptied), or the job's error
 */
export async function ensureTokenized(
  context: Context,
  request: TokenizeRequest,
  onProgress: (stage: CorpusStage, progress: number) => void,
  signal: AbortSignal,
): Promise<Tokenized> {
  const { corpusId, tokenizer } = request
  const vocabSize = tokenizer === 'char' ? 0 : request.vocabSize
  const key = { corpusId, kind: tokenizer, vocabSize }
  const dir = join(context.paths.corpus(corpusId), 'tokenized', `${tokenizer}-${vocabSize}`)

  const stored = findTokenizer(context.db, key)
  const known = stored === null ? null : (JSON.parse(stored) as TokenizedFacts)
  const isReady = async (): Promise<boolean> => {
    if (known?.split !== currentSplit) return false
    if (!['tokenizer.json', 'train.bin', 'val.bin'].every((file) => existsSync(join(dir, file)))) return false
    if (!request.isSuspect) return true
    return (await context.jobs.ask({ kind: 'check', dir }, 'checked', { signal })).areWhole
  }
  if (known !== null && (await isReady())) return { dir, facts: known }

  // Somebody emptied the folder: without the text there is nothing to make tokens of.
  if (!existsSync(join(context.paths.corpus(corpusId), 'text.txt'))) throw new AppError('corpus.notFound', { corpusId })
  await rm(dir, { recursive: true, force: true })
  const corpusDir = context.paths.corpus(corpusId)
  const task = { kind: 'tokenize', corpusDir, dir, tokenizer, vocabSize, split: currentSplit } as const
  const { facts } = await context.jobs
    .ask(task, 'tokenized', {
      signal,
      onProgress: ({ stage, progress }) => {
        onProgress(stage, progress)
      },
    })
    .catch(async (error: unknown) => {
      await rm(dir, { recursive: true, force: true })
      throw error
    })
  storeTokenizer(context.db, key, facts.hash, JSON.stringify(facts), context.now())
  return { dir, facts }
}
