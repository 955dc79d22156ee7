import { resolve } from 'node:path'
import { AppError } from '../../src-preload/contract/errors'
import type { AppEvent } from '../../src-preload/contract/events'
import type { CorpusRecord, RunConfig, RunDetail, RunRecord } from '../../src-preload/contract/records'
import type { Backend } from '../backend/backend'
import { choiceOf, numberOf, operandsOf, settingsOf, type Arguments, type Options } from './arguments'
import { exitCodes } from './exit'
import { findRun } from './find-run'
import { jsonLine, line, overwrite } from './output'
import { jsonProgress, textProgress } from './progress'
import { texts } from './text'

const ended = new Set<RunRecord['state']>(['paused', 'interrupted', 'stopped', 'done', 'failed'])

/** Trains on a file: imports it unless it is here already, starts a run, follows it to its end. */
export async function train(backend: Backend, args: Arguments): Promise<number> {
  const [file = ''] = operandsOf(args, 'FILE')
  const { options } = args
  const choice = choiceOf(options)
  const overrides = overridesOf(options)
  const corpus = await importText(backend, resolve(file), options)

  // Of the engine depends what fits.
  await backend.services.system.lookFor(overrides.engine ?? 'auto')
  const { config, problems } = backend.services.runs.plan({ corpusId: corpus.corpusId, choice, overrides })
  const [problem] = problems
  if (problem !== undefined) {
    const error = AppError.fromData(problem.error)
    throw problem.fix === null ? error : new AppError(error.code, { ...error.params, fix: texts.settings(problem.fix) })
  }
  const { name } = options
  const start = () =>
    backend.services.runs.start({ corpusId: corpus.corpusId, config, ...(name === undefined ? {} : { name }) })
  return await follow(backend, start, options)
}

export async function resume(backend: Backend, args: Arguments): Promise<number> {
  const [wish = ''] = operandsOf(args, 'RUN')
  const { runId } = findRun(backend.services.runs.list(), wish)
  const { options } = args
  const withLessMemory = options['less-memory'] === true
  return await follow(backend, () => backend.services.runs.resume({ runId, withLessMemory }), options)
}

/** `--steps` shortens what else is counted in steps, so that a short run still reports; `--set` has the last word. */
function overridesOf(options: Options): Partial<RunConfig> {
  const settings = settingsOf(options)
  if (options.steps === undefined) return settings
  const maxSteps = numberOf('steps', options.steps)
  const evalInterval = Math.max(1, Math.min(250, Math.floor(maxSteps / 10)))
  return {
    maxSteps,
    warmupSteps: Math.min(100, Math.floor(maxSteps / 10)),
    evalInterval,
    sampleInterval: 2 * evalInterval,
    ...settings,
  }
}

async function importText(backend: Backend, path: string, options: Options): Promise<CorpusRecord> {
  const { corpora } = backend.services
  const terminal = process.stdout.isTTY
  let shown = ''
  const unsubscribe = backend.subscribe((event) => {
    if (event.topic !== 'corpus' || event.kind !== 'progress' || options.json === true) return
    const stage = texts.importStage(event.stage)
    if (terminal) overwrite(`${stage}: ${texts.percent(event.progress)}`)
    else if (stage !== shown) line(stage)
    shown = stage
  })
  // Ctrl-C here has nothing to save: the import is cancelled and leaves nothing behind.
  const interrupt = () => {
    for (const { corpusId, state } of corpora.list()) if (state === 'importing') void corpora.cancel(corpusId)
  }
  process.on('SIGINT', interrupt)
  try {
    const { corpusId } = await corpora.importFile(path)
    const corpus = await corpora.settled(corpusId)
    if (corpus.state === 'cancelled') throw new AppError('cancelled')
    if (corpus.error !== null) {
      // A text that failed is of no use to anybody; the window shows such ones, the command line has said why.
      await corpora.delete(corpusId)
      throw AppError.fromData(corpus.error)
    }
    if (terminal && shown !== '') overwrite('')
    if (options.json !== true) line(texts.usingText(corpus.name, corpus.counts?.characters ?? 0))
    return corpus
  } finally {
    process.off('SIGINT', interrupt)
    unsubscribe()
  }
}

/** Signals within this time are one press of Ctrl-C; a later one means "now, without saving". */
const samePressMs = 1000

/** Shows a training until its run is in an end state. */
async function follow(backend: Backend, start: () => RunRecord, options: Options): Promise<number> {
  const { runs } = backend.services
  const run = start()
  const json = options.json === true
  if (json) jsonLine({ type: 'start', runId: run.runId, name: run.name, parameterCount: run.parameterCount })
  else line(texts.started(run))
  const progress = json ? jsonProgress() : textProgress(run, process.stdout.isTTY)

  let interrupted = false
  let interruptedAt = 0
  const interrupt = () => {
    // One Ctrl-C arrives several times: from the terminal, from npm, and from the script that npm runs.
    if (interrupted && Date.now() - interruptedAt < samePressMs) return
    if (interrupted) process.exit(exitCodes.interrupted)
    interrupted = true
    interruptedAt = Date.now()
    if (!json) process.stderr.write(`\n${texts.saving}\n`)
    runs.pause(run.runId).catch(() => undefined)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt)

  await new Promise<void>((resolveEnd) => {
    const listen = (event: AppEvent): void => {
      if (event.topic !== 'run' || event.runId !== run.runId) return
      progress.event(event)
      if (event.kind !== 'state' || !ended.has(event.run.state)) return
      unsubscribe()
      resolveEnd()
    }
    const unsubscribe = backend.subscribe(listen)
  })
  progress.end()
  return finish(runs.get(run.runId), { json, interrupted })
}

function finish(detail: RunDetail, { json, interrupted }: { json: boolean; interrupted: boolean }): number {
  const { run, config } = detail
  const { runId, state, step, maxSteps, bestValLossNats, trainLossNats, tokensPerSecond, engine, trainedMs, error } =
    run
  const facts = {
    runId,
    state,
    step,
    maxSteps,
    bestValLossNats,
    trainLossNats,
    tokensPerSecond,
    engine,
    trainedMs,
    error,
  }
  if (json) jsonLine({ type: state, ...facts })
  if (error !== null) throw AppError.fromData(error)
  if (state === 'done') {
    if (!json && step < maxSteps) line(texts.endedEarly(run, config.patience))
    if (!json) line(texts.done(run))
    return 0
  }
  if (!json) line(run.checkpoints.length > 0 ? texts.saved(run) : texts.notSaved(run))
  return interrupted ? exitCodes.interrupted : exitCodes.failed
}
