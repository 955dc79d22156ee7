import { AppError } from '../../../src-preload/contract/errors'
import { isEarlierModel } from '../../../src-preload/contract/limits'
import { runFields } from '../../../src-preload/contract/limits'
import type { Input, Output } from '../../../src-preload/contract/methods'
import { isExtendable, resumePoint } from '../../../src-preload/contract/resume'
import { runName } from '../../../src-preload/contract/run-name'
import { isActive } from '../../../src-preload/contract/run-state'
import { hasEveryWord } from '../../../src-preload/contract/search'
import type { CheckpointKind } from '../../../src-preload/contract/records/checkpoints'
import type { RunDetail, RunEnding, RunRecord } from '../../../src-preload/contract/records/runs'
import { currentSplit } from '../../plan/facts'
import { gigabytes, memoryToResume } from '../../plan/memory-fit'
import { recipeOf } from '../../plan/presets'
import { resumedConfig } from '../../plan/resumed'
import { summarize } from '../../plan/summary'
import { findCorpus } from '../db/corpora'
import { evalCurve, stepCurve } from '../db/metrics'
import {
  findRun,
  insertRun,
  listRuns,
  notesOf,
  ownerOf,
  runChangesSince,
  runFacts,
  runNames,
  runsWithNotes,
  storeConfig,
  updateRun,
} from '../db/runs'
import { rollbacksOf, samplesOf, tiersOf } from '../db/samples'
import { isAlive } from '../jobs/process-identity'
import { computedBefore, reconcileCheckpoints, withoutCheckpoint } from './checkpoint-files'
import type { Context } from './context'
import type { Generator } from './generator'
import { newId } from './ids'
import type { Origins } from './origins'
import type { Planning } from './planning'
import type { RunRecorder } from './run-recorder'
import { canHaveTokens } from './run-tokens'
import type { TrainingQueue } from './training-queue'
import { ensureCurrent } from './earlier-runs'

export type RunService = ReturnType<typeof createRuns>

/** From which step on it was computed in which way, for whoever compares. */
const waysOf = ({ tiers }: Pick<RunDetail, 'tiers'>): string =>
  tiers.map(({ step, tier, precision }) => `${step}: ${tier} ${precision}`).join(', ')

/** How long a training that is being deleted may take to end. */
const deleteGraceMs = 5000

export interface RunParts {
  readonly recorder: RunRecorder
  readonly queue: TrainingQueue
  readonly generator: Generator
  readonly planning: Planning
  readonly origins: Origins
}

export function createRuns(context: Context, { recorder, queue, generator, planning, origins }: RunParts) {
  const { db } = context
  const { asTried, isOnProcessor, memoryForNext } = planning

  const mustFind = (runId: string): RunRecord => {
    const run = findRun(db, runId)
    if (run === null) throw new AppError('run.notFound', { runId })
    return run
  }

  const start = async ({ corpusId, name, config, from }: Input<'runs.start'>): Promise<RunRecord> => {
    const { corpus, vocabSize, trainTokens, summary } = planning.check(corpusId, config, from)
    const runId = newId('run')
    const parent = from === undefined ? null : origins.parentOf(from).parent
    if (parent !== null) await origins.adopt(parent, runId)
    insertRun(db, {
      runId,
      // What is different is said by whoever chose it, in words.
      name: name ?? runName(corpus.name, [], runNames(db)),
      corpusId,
      corpus: corpus.name,
      config,
      vocabSize,
      trainTokens,
      // On its parent's text it must not validate with what the parent learned.
      split: (parent === null ? null : runFacts(db, parent.runId)?.split) ?? currentSplit,
      parameterCount: summary.parameterCount,
      createdAt: context.now(),
      parent,
    })
    queue.add({ runId, resume: false, divergedAt: null })
    return mustFind(runId)
  }

  const get = (runId: string): Output<'runs.get'> => {
    const run = mustFind(runId)
    const facts = runFacts(db, runId)
    if (facts === null) throw new AppError('run.notFound', { runId })
    const asPlanned = { ...asTried(facts.config), maxSteps: run.maxSteps }
    const planned = summarize(asPlanned, facts.vocabSize, facts.trainTokens)
    // The settings of an earlier kind of model are those of what took its place, whose weights are others.
    const summary = isEarlierModel(run.model) ? { ...planned, layers: [], parameterCount: run.parameterCount } : planned
    const [tiers, rollbacks, samples] = [tiersOf(db, runId), rollbacksOf(db, runId), samplesOf(db, runId)]
    const choice = recipeOf(
      facts.config,
      (findCorpus(db, run.corpusId) ?? findCorpus(db, run.corpusId, true))?.counts ?? null,
    )
    return { run, notes: notesOf(db, runId), config: facts.config, choice, summary, tiers, rollbacks, samples }
  }

  const curves = (runId: string, maxPoints: number): Output<'runs.curves'> => {
    mustFind(runId)
    const steps = stepCurve(db, runId, maxPoints)
    const evals = evalCurve(db, runId, maxPoints)
    return { runId, seq: Math.max(steps.at(-1)?.seq ?? 0, evals.at(-1)?.seq ?? 0), steps, evals }
  }

  /**
   * Asks for an end of a training of this backend, or of the one (a window's, a command line's) that trains it. Answers at
   * once: the record says what was wished, and events say when it has come true.
   */
  const end = (runId: string, as: RunEnding): RunRecord => {
    const run = mustFind(runId)
    if (queue.has(runId)) void queue.end(runId, as)
    else if (isActive(run)) {
      const owner = ownerOf(db, runId)
      if (!isAlive(owner?.owner_pid ?? null, owner?.owner_token ?? null)) throw new AppError('run.notActive', { runId })
      updateRun(db, runId, { wanted: as, wanted_at: context.now() })
      context.emit({ topic: 'changed', what: 'runs' })
    } else if (as === 'stopped' && ['paused', 'interrupted', 'failed'].includes(run.state)) {
      recorder.change(runId, { state: 'stopped' })
    } else throw new AppError('run.notActive', { runId })
    return mustFind(runId)
  }

  /**
   * Refuses what surely does not fit into the memory that is free.
   * @param withLess takes the way that does, where there is one: the same steps, computed otherwise
   */
  const fitMemory = (run: RunRecord, withLess: boolean): void => {
    const facts = runFacts(db, run.runId)
    if (facts === null || !isOnProcessor(facts.config, run.engine)) return
    const config = resumedConfig(asTried(facts.config), computedBefore(context, run.runId), 'tensorflow')
    const freeBytes = memoryForNext()
    const problem = memoryToResume(config, facts.vocabSize, freeBytes)
    if (problem === null) return
    const { neededBytes, less } = problem
    const params = { neededGb: gigabytes(neededBytes), freeGb: gigabytes(freeBytes) }
    if (less === null) throw new AppError('run.tooLargeForMemory', params)
    if (!withLess) throw new AppError('run.fitsWithLess', { ...params, lessGb: gigabytes(less.neededBytes) })
    storeConfig(db, run.runId, { ...facts.config, ...less.change })
  }

  /** Its rows of what is saved are then what the files say. */
  const ensureCanTrain = (run: RunRecord): void => {
    const { runId } = run
    ensureCurrent(run)
    if (isActive(run)) throw new AppError('run.active', { runId })
    if (!canHaveTokens(context, runId)) throw new AppError('run.textMissing', { name: run.corpus })
    reconcileCheckpoints(context, runId)
  }

  const resume = ({ runId, from, withLessMemory = false }: Input<'runs.resume'>): RunRecord => {
    const run = mustFind(runId)
    if (run.state === 'done') throw new AppError('run.notResumable', { runId })
    ensureCanTrain(run)
    const { checkpoints } = mustFind(runId)
    const hasCheckpoint = checkpoints.length > 0
    const has = (kind: CheckpointKind, of = checkpoints): boolean => of.some((checkpoint) => checkpoint.kind === kind)
    if (from === 'best' && !has('best')) throw new AppError('checkpoint.missing', { runId })
    // Somebody has taken the files away from under the rows.
    const isLost = has('last', run.checkpoints) && !has('last') && has('best')
    const without = withoutCheckpoint(run)
    if (!hasCheckpoint && without.code === 'checkpoint.missing') throw without
    fitMemory(run, withLessMemory)
    // Without one it never got far enough to have one, whatever ended it: it begins again.
    const divergedAt = run.error?.code === 'training.diverged' ? Number(run.error.params['step'] ?? 0) : null
    const fromBest = from === 'best' ? 'chosen' : isLost ? 'missing' : undefined
    queue.add({ runId, resume: hasCheckpoint, fromBest, divergedAt })
    return mustFind(runId)
  }

  const extend = ({ runId, steps, withLessMemory = false }: Input<'runs.extend'>): RunRecord => {
    const before = mustFind(runId)
    ensureCanTrain(before)
    const run = mustFind(runId)
    if (!isExtendable(run)) {
      const isEnd = isExtendable({ ...run, state: 'done' })
      throw isEnd ? new AppError('run.notExtendable', { runId }) : withoutCheckpoint(before)
    }
    fitMemory(run, withLessMemory)
    const fromStep = resumePoint(run).step
    const toStep = fromStep + steps
    // One that had not taken a step yet is replaced.
    const kept = run.extensions.filter((extension) => extension.fromStep < fromStep)
    const changes = { max_steps: toStep, extensions_json: JSON.stringify([...kept, { fromStep, toStep }]) }
    queue.add({ runId, resume: true, divergedAt: null }, changes)
    return mustFind(runId)
  }

  const update = ({ runId, name, notes }: Input<'runs.update'>): RunRecord => {
    mustFind(runId)
    recorder.change(runId, { ...(name === undefined ? {} : { name }), ...(notes === undefined ? {} : { notes }) })
    // The record does not hold them: whoever shows them fetches them.
    if (notes !== undefined) context.emit({ topic: 'changed', what: 'runs' })
    return mustFind(runId)
  }

  const search = (text: string): string[] =>
    runsWithNotes(db)
      .filter((run) => hasEveryWord(run.text, text))
      .map(({ runId }) => runId)

  const remove = async (runId: string): Promise<void> => {
    const run = mustFind(runId)
    updateRun(db, runId, {
      deleted_at: context.now(),
      ...(isActive(run) ? { wanted: 'stopped', wanted_at: context.now() } : {}),
    })
    context.emit({ topic: 'changed', what: 'runs' })
    generator.release(runId)
    if (queue.has(runId)) await queue.endWithin(runId, 'stopped', deleteGraceMs)
  }

  const restore = (runId: string): RunRecord => {
    if (findRun(db, runId, 'only') === null) return mustFind(runId)
    updateRun(db, runId, { deleted_at: null })
    context.emit({ topic: 'changed', what: 'runs' })
    return mustFind(runId)
  }

  const compare = ({ runIds, maxPoints }: Input<'runs.compare'>): Output<'runs.compare'> => {
    const details = runIds.map(get)
    const differences: Output<'runs.compare'>['differences'] = runFields
      .map((field) => ({
        field,
        values: details.map(({ run, config }) => (field === 'maxSteps' ? run.maxSteps : config[field])),
      }))
      .filter(({ values }) => new Set(values).size > 1)
    // Not chosen by anybody, but bits follow from it: runs with the same settings may differ by nothing else.
    const ways = { usedEngine: details.map(({ run }) => run.engine ?? ''), usedWays: details.map(waysOf) }
    for (const [field, values] of Object.entries(ways)) {
      if (new Set(values.filter((value) => value !== '')).size > 1) differences.push({ field, values })
    }
    const corpora = details.map(({ run }) => run.corpus)
    if (new Set(details.map(({ run }) => run.corpusId)).size > 1) {
      differences.unshift({ field: 'corpus', values: corpora })
    }
    const parents = details.map(({ run }) => run.parent?.name ?? '')
    if (new Set(details.map(({ run }) => run.parent?.runId)).size > 1) {
      differences.unshift({ field: 'parent', values: parents })
    }
    return { runs: details.map(({ run }) => run), curves: runIds.map((id) => curves(id, maxPoints)), differences }
  }

  return {
    plan: planning.plan,
    measure: planning.measure,
    fit: origins.fit,
    isMeasuring: planning.isMeasuring,
    start,
    get,
    curves,
    resume,
    extend,
    update,
    restore,
    compare,
    delete: remove,
    list: () => listRuns(db),
    changes: (since: number) => runChangesSince(db, since),
    search,
    own: () => queue.own(),
    pause: (runId: string) => end(runId, 'paused'),
    stop: (runId: string) => end(runId, 'stopped'),
  }
}
