import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../src-preload/contract/errors'
import type { RunRecord } from '../../../src-preload/contract/records/runs'
import { corporaForRun, type Likeness } from '../db/corpora'
import { findRun, runFacts, type RunChanges, type RunFacts } from '../db/runs'
import type { EncodedFacts } from '../jobs/protocol'
import { currentSplit } from '../../plan/facts'
import { summarize } from '../../plan/summary'
import type { Context } from './context'
import { copy, linkOrCopy } from './link-or-copy'
import { ensureTokenized } from './tokenizing'

/** A run outlives its text: it trains from these, in its own folder. The last one to appear completes them. */
const tokenFiles = ['tokenizer.json', 'val.bin', 'train.bin'] as const

export const hasOwnTokens = ({ paths }: Context, runId: string): boolean =>
  tokenFiles.every((file) => existsSync(join(paths.run(runId), file)))

/** Whether the run can be trained: it has its tokens, or there is a text to make them of. */
export const canHaveTokens = (context: Context, runId: string): boolean =>
  hasOwnTokens(context, runId) || textsFor(context, runId).length > 0

/** It has its tokenizer since it began: what a text is made into can be compared. */
const hasBegun = ({ paths }: Context, runId: string): boolean => existsSync(join(paths.run(runId), 'tokenizer.json'))

const textsFor = (context: Context, runId: string): { corpusId: string; likeness: Likeness }[] =>
  corporaForRun(context.db, runId)
    // One that began with another's tokenizer cannot tell by it.
    .filter(
      ({ likeness }) =>
        likeness !== 'sameName' || (hasBegun(context, runId) && !findRun(context.db, runId, 'any')?.parent),
    )

export interface OwnTokensRequest {
  readonly run: RunRecord
  /** `tokens.damaged` or `tokenizer.damaged`: what it has is made anew. */
  readonly damage?: AppError | undefined
  readonly onProgress: (share: number) => void
  /** What the tokens turned out to be: for the run's row, before the files are there. */
  readonly onFacts: (changes: RunChanges) => void
  readonly signal: AbortSignal
}

/**
 * Gives a run its own tokens where it has none, or damaged ones: of its text, also from the trash, or of another one with the
 * same content. Until they are there it keeps what it has.
 *
 * @throws AppError `run.textMissing` {name}, `run.tokensDamaged` {name} where there is no text; `run.textDiffers` {name} where
 *   that makes other tokens than the weights have learned; `tokenizer.damaged`; `cancelled`, `disk.full`, or the job's error
 */
export async function ensureOwnTokens(context: Context, request: OwnTokensRequest): Promise<void> {
  const { run, damage, onFacts } = request
  if (damage === undefined && hasOwnTokens(context, run.runId)) return
  let problem = withoutText(run, damage)
  // Nobody else has the tokenizer that it brought along.
  const isLost = run.parent !== null && damage?.code === 'tokenizer.damaged'
  for (const { corpusId, likeness } of isLost ? [] : textsFor(context, run.runId)) {
    try {
      const made = await makeTokens(context, request, corpusId)
      await ensureSame(context, run, made)
      onFacts(changesFor(context, run, made.facts))
      await keepTokens(context.paths.run(run.runId), made.dir)
      return
    } catch (thrown) {
      const error = AppError.from(thrown)
      // Its folder was emptied: another text may serve.
      if (error.code === 'corpus.notFound') continue
      if (error.code !== 'tokenizer.damaged' && error.code !== 'run.textDiffers') throw error
      if (likeness !== 'sameName') problem = error
    } finally {
      await rm(ownEncoding(context, run), { recursive: true, force: true })
    }
  }
  throw problem
}

function withoutText(run: RunRecord, damage: AppError | undefined): AppError {
  if (damage?.code === 'tokenizer.damaged') return damage
  return new AppError(damage === undefined ? 'run.textMissing' : 'run.tokensDamaged', { name: run.corpus })
}

/** What a text was made into for a run. */
interface MadeTokens {
  readonly corpusId: string
  /** Holds tokenizer.json, train.bin and val.bin. */
  readonly dir: string
  readonly facts: EncodedFacts
}

/**
 * Those that the text keeps for its runs, where the run may have them; else the run's own: with the tokenizer that it began
 * with, which another run brought along or an earlier version learned, and split as it was.
 */
async function makeTokens(context: Context, request: OwnTokensRequest, corpusId: string): Promise<MadeTokens> {
  const { run, damage } = request
  const own = join(context.paths.run(run.runId), 'tokenizer.json')
  if (run.parent !== null) return await encodeOwn(context, request, corpusId, own)
  if (!hasBegun(context, run.runId)) return await tokensFrom(context, request, corpusId)
  const { split, tokensHash } = factsOf(context, run)
  const isOwnWhole = damage?.code !== 'tokenizer.damaged'
  if (isOwnWhole && split !== currentSplit) return await encodeOwn(context, request, corpusId, own)
  const made = await tokensFrom(context, request, corpusId)
  const learned = join(made.dir, 'tokenizer.json')
  if (split !== currentSplit) return await encodeOwn(context, request, corpusId, learned)
  // Without a hash nothing but the tokenizer tells whether it is the same text.
  if (!isOwnWhole || tokensHash === null || (await isSame(own, learned))) return made
  return await encodeOwn(context, request, corpusId, own)
}

const isSame = async (one: string, other: string): Promise<boolean> =>
  (await readFile(one)).equals(await readFile(other))

/** With the tokenizer that the text itself makes: it keeps them for other runs. */
async function tokensFrom(context: Context, request: OwnTokensRequest, corpusId: string): Promise<MadeTokens> {
  const { tokenizer, vocabSize } = factsOf(context, request.run).config
  const onProgress = (_: unknown, share: number): void => {
    request.onProgress(share)
  }
  const wish = { corpusId, tokenizer, vocabSize, isSuspect: request.damage !== undefined }
  return { corpusId, ...(await ensureTokenized(context, wish, onProgress, request.signal)) }
}

const ownEncoding = ({ paths }: Context, { runId }: RunRecord): string => join(paths.run(runId), 'tokens.tmp')

/** For this run alone. */
async function encodeOwn(
  context: Context,
  request: OwnTokensRequest,
  corpusId: string,
  tokenizerPath: string,
): Promise<MadeTokens> {
  const { run, signal } = request
  const [corpusDir, dir] = [context.paths.corpus(corpusId), ownEncoding(context, run)]
  if (!existsSync(join(corpusDir, 'text.txt'))) throw new AppError('corpus.notFound', { corpusId })
  await mkdir(dir, { recursive: true })
  await copy(tokenizerPath, join(dir, 'tokenizer.json'))
  const onProgress = ({ progress }: { readonly progress: number }): void => {
    request.onProgress(progress)
  }
  const { split } = factsOf(context, run)
  const { facts } = await context.jobs.ask({ kind: 'encode', corpusDir, dir, split }, 'encoded', { signal, onProgress })
  return { corpusId, dir, facts }
}

function factsOf(context: Context, { runId }: RunRecord): RunFacts {
  const facts = runFacts(context.db, runId)
  if (facts === null) throw new AppError('run.notFound', { runId })
  return facts
}

function changesFor(context: Context, run: RunRecord, facts: EncodedFacts): RunChanges {
  const { vocabSize, split, trainTokens, tokensHash } = facts
  const { parameterCount } = summarize(factsOf(context, run).config, vocabSize, trainTokens)
  return {
    vocab_size: vocabSize,
    train_tokens: trainTokens,
    split,
    parameter_count: parameterCount,
    ...(tokensHash === undefined ? {} : { tokens_hash: tokensHash }),
  }
}

/** @throws AppError `run.textDiffers`, `tokenizer.damaged`: the weights have learned other tokens */
async function ensureSame(context: Context, run: RunRecord, { corpusId, dir, facts }: MadeTokens): Promise<void> {
  const known = factsOf(context, run)
  const differs = new AppError('run.textDiffers', { name: run.corpus })
  if (known.tokensHash !== null && facts.tokensHash !== undefined) {
    if (known.tokensHash !== facts.tokensHash) throw differs
    return
  }
  // An earlier version did not note them.
  if (run.parent !== null || !hasBegun(context, run.runId)) return
  const [own, made] = [context.paths.run(run.runId), dir].map((folder) => join(folder, 'tokenizer.json')) as [
    string,
    string,
  ]
  if (!(await readFile(own)).equals(await readFile(made)))
    throw new AppError('tokenizer.damaged', { file: 'tokenizer.json' })
  // Characters make the same tokenizer of different texts.
  if (corpusId !== run.corpusId && facts.trainTokens !== known.trainTokens) throw differs
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
