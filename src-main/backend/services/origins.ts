import { existsSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../src-preload/contract/errors'
import type { RunOrigin, RunParent, TokenizerFit } from '../../../src-preload/contract/records/origin'
import type { RunRecord } from '../../../src-preload/contract/records/runs'
import { findCorpus } from '../db/corpora'
import { findRun } from '../db/runs'
import { newestFolder } from './checkpoint-files'
import type { Context } from './context'
import { copy, linkOrCopy } from './link-or-copy'
import { ensureCurrent } from './earlier-runs'

/** What a run begins with is here until it has a checkpoint of its own. */
export const initialFolder = (runDir: string): string => join(runDir, 'initial')

export type Origins = ReturnType<typeof createOrigins>

/** Runs that begin with the weights of others. */
export function createOrigins(context: Context) {
  const { db, paths } = context
  const fits = new Map<string, Promise<TokenizerFit>>()
  const known = new Map<string, TokenizerFit>()
  const keyOf = (runId: string, corpusId: string): string => `${runId} ${corpusId}`

  /** @throws AppError `run.notFound`, `run.noCheckpoint` */
  const parentOf = ({ runId, checkpoint }: RunOrigin): { run: RunRecord; parent: RunParent } => {
    const run = findRun(db, runId)
    if (run === null) throw new AppError('run.notFound', { runId })
    ensureCurrent(run)
    const found = run.checkpoints.find(({ kind }) => kind === checkpoint)
    if (found === undefined) throw new AppError('run.noCheckpoint', { runId })
    return { run, parent: { runId, name: run.name, kind: found.kind, step: found.step } }
  }

  const measure = async (runId: string, corpusId: string): Promise<TokenizerFit> => {
    if (findRun(db, runId) === null) throw new AppError('run.notFound', { runId })
    const corpus = findCorpus(db, corpusId)
    if (corpus === null) throw new AppError('corpus.notFound', { corpusId })
    if (corpus.state !== 'ready') throw new AppError('corpus.notReady', { name: corpus.name })
    const tokenizerPath = join(paths.run(runId), 'tokenizer.json')
    // It appears with the first tokens.
    if (!existsSync(tokenizerPath)) throw new AppError('run.noCheckpoint', { runId })
    const { fit } = await context.jobs.ask({ kind: 'fit', corpusDir: paths.corpus(corpusId), tokenizerPath }, 'fitted')
    known.set(keyOf(runId, corpusId), fit)
    return fit
  }

  /**
   * What a text comes to with a run's tokenizer; neither ever changes, so it is looked at once.
   * @throws AppError `run.notFound`, `run.noCheckpoint`, `corpus.notFound`, `corpus.notReady`
   */
  const fit = (runId: string, corpusId: string): Promise<TokenizerFit> => {
    const key = keyOf(runId, corpusId)
    const asked = fits.get(key)
    if (asked !== undefined) return asked
    const measured = measure(runId, corpusId)
    fits.set(key, measured)
    measured.catch(() => fits.delete(key))
    return measured
  }

  /**
   * Gives a new run's folder the weights and the tokenizer: the parent may be deleted before the run starts. Removes the
   * folder where that fails.
   */
  const adopt = async ({ runId, kind, step }: RunParent, childId: string): Promise<void> => {
    const [from, to] = [paths.run(runId), paths.run(childId)]
    try {
      const checkpoint = newestFolder(from, { kind, step })
      if (checkpoint === null) throw new AppError('checkpoint.missing', { runId })
      const initial = initialFolder(to)
      await mkdir(initial, { recursive: true })
      for (const name of await readdir(checkpoint)) await linkOrCopy(join(checkpoint, name), join(initial, name))
      await copy(join(from, 'tokenizer.json'), join(to, 'tokenizer.json'))
    } catch (thrown) {
      await rm(to, { recursive: true, force: true })
      throw AppError.from(thrown)
    }
  }

  return {
    parentOf,
    fit,
    knownFit: (runId: string, corpusId: string) => known.get(keyOf(runId, corpusId)) ?? null,
    adopt,
  }
}
