import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../src-preload/contract/errors'
import type { RunRecord } from '../../../src-preload/contract/records'
import { corporaForRun } from '../db/corpora'
import { findRun, runFacts, type RunChanges } from '../db/runs'
import type { EncodedFacts } from '../jobs/protocol'
import { summarize } from '../../plan/shapes'
import type { Context } from './context'
import { copy, linkOrCopy } from './link-or-copy'
import { ensureTokenized, type Tokenized } from './tokenizing'

/** A run outlives its text: it trains from these, in its own folder. The last one to appear completes them. */
const tokenFiles = ['tokenizer.json', 'val.bin', 'train.bin'] as const

export const hasOwnTokens = ({ paths }: Context, runId: string): boolean =>
  tokenFiles.every((file) => existsSync(join(paths.run(runId), file)))

/** Whether the run can be trained: it has its tokens, or there is a text to make them of. */
export const canHaveTokens = (context: Context, runId: string): boolean =>
  hasOwnTokens(context, runId) || textsFor(context, runId).length > 0

/** It has its tokenizer since it began: what a text is made into can be compared. */
const hasBegun = ({ paths }: Context, runId: string): boolean => existsSync(join(paths.run(runId), 'tokenizer.json'))

const textsFor = (context: Context, runId: string): string[] =>
  corporaForRun(context.db, runId)
    // One that began with another's tokenizer cannot tell by it.
    .filter(
      ({ likeness }) =>
        likeness !== 'sameName' || (hasBegun(context, runId) && !findRun(context.db, runId, 'any')?.parent),
    )
    .map(({ corpusId }) => corpusId)

export interface OwnTokensRequest {
  readonly run: RunRecord
  readonly onProgress: (share: number) => void
  /** What the tokens turned out to be: for the run's row, before the files are there. */
  readonly onFacts: (changes: RunChanges) => void
  readonly signal: AbortSignal
}

/**
 * Gives a run its own tokens where it has none: of its text, also from the trash, or of another one with the same
 * content.
 *
 * @throws AppError `run.textMissing` {name}; `tokenizer.damaged` where the text was tokenized anew and differently: its
 *   ids mean other tokens than the weights have learned; `cancelled`, `disk.full`, or the job's error
 */
export async function ensureOwnTokens(context: Context, request: OwnTokensRequest): Promise<void> {
  const { run, onFacts } = request
  const { runId } = run
  if (hasOwnTokens(context, runId)) return
  let problem = new AppError('run.textMissing', { name: run.corpus })
  for (const corpusId of textsFor(context, runId)) {
    try {
      if (run.parent !== null) {
        onFacts(await encodeOwn(context, request, corpusId))
        return
      }
      const tokenized = await tokensFrom(context, request, corpusId)
      await compareTokenizer(context, runId, tokenized.dir)
      onFacts(factsFor(context, runId, tokenized))
      await keepTokens(context.paths.run(runId), tokenized.dir)
      return
    } catch (thrown) {
      const error = AppError.from(thrown)
      // Its folder was emptied: another text may serve.
      if (error.code === 'corpus.notFound') continue
      if (error.code !== 'tokenizer.damaged') throw error
      problem = error
    }
  }
  throw problem
}

async function tokensFrom(context: Context, request: OwnTokensRequest, corpusId: string): Promise<Tokenized> {
  const { runId } = request.run
  const facts = runFacts(context.db, runId)
  if (facts === null) throw new AppError('run.notFound', { runId })
  const { tokenizer, vocabSize } = facts.config
  const onProgress = (_: unknown, share: number): void => {
    request.onProgress(share)
  }
  const made = await ensureTokenized(context, { corpusId, tokenizer, vocabSize }, onProgress, request.signal)
  // Characters make the same tokenizer of different texts; once a run has begun, its number of tokens is known.
  if (corpusId !== request.run.corpusId && hasBegun(context, runId) && made.facts.trainTokens !== facts.trainTokens) {
    throw new AppError('corpus.notFound', { corpusId })
  }
  return made
}

/** With the tokenizer that the run began with, which no other run of this text has. */
async function encodeOwn(context: Context, request: OwnTokensRequest, corpusId: string): Promise<RunChanges> {
  const { runId } = request.run
  const [corpusDir, dir] = [context.paths.corpus(corpusId), context.paths.run(runId)]
  if (!existsSync(join(corpusDir, 'text.txt'))) throw new AppError('corpus.notFound', { corpusId })
  const { facts } = await context.jobs.ask({ kind: 'encode', corpusDir, dir }, 'encoded', {
    signal: request.signal,
    onProgress: ({ progress }) => {
      request.onProgress(progress)
    },
  })
  return factsFor(context, runId, { facts })
}

function factsFor(context: Context, runId: string, { facts }: { facts: EncodedFacts }): RunChanges {
  const config = runFacts(context.db, runId)?.config
  if (config === undefined) throw new AppError('run.notFound', { runId })
  const { parameterCount } = summarize(config, facts.vocabSize, facts.trainTokens)
  return { vocab_size: facts.vocabSize, train_tokens: facts.trainTokens, parameter_count: parameterCount }
}

async function compareTokenizer(context: Context, runId: string, dir: string): Promise<void> {
  const own = join(context.paths.run(runId), 'tokenizer.json')
  if (!existsSync(own)) return
  const [one, other] = await Promise.all([readFile(own), readFile(join(dir, 'tokenizer.json'))])
  if (!one.equals(other)) throw new AppError('tokenizer.damaged', { file: 'tokenizer.json' })
}

/** The ids take no space a second time: another name for the same file, which nobody ever changes in place. */
async function keepTokens(runDir: string, dir: string): Promise<void> {
  await mkdir(runDir, { recursive: true })
  for (const file of tokenFiles) {
    const temporary = join(runDir, `${file}.${process.pid}.tmp`)
    const source = join(dir, file)
    try {
      await rm(temporary, { force: true })
      if (file === 'tokenizer.json') await copy(source, temporary)
      else await linkOrCopy(source, temporary)
      await rename(temporary, join(runDir, file))
    } catch (error) {
      throw AppError.from(error)
    } finally {
      // Renaming one name of a file onto another one leaves both.
      await rm(temporary, { force: true })
    }
  }
}
