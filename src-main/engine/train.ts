import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { Extension } from '../../src-preload/contract/records/runs'
import type { EngineOptions, TrainEvent } from '../backend/jobs/protocol'
import { resumedConfig } from '../plan/resumed'
import { leastFactor } from '../plan/rollback'
import { settingsKey } from '../plan/same-settings'
import { batchAt } from './data/batches'
import { openData } from './loop/data'
import { evaluateNow } from './loop/evaluate'
import { ModeLog } from './loop/mode-log'
import { isLost, rollBack } from './loop/rollback'
import { sampleNow } from './loop/sample'
import { save } from './loop/save'
import { begin, startOf, writeStart, type StartOptions } from './loop/start'
import { RunState } from './loop/state'
import { stage, stepEvent, type Training } from './loop/training'
import { stepSpecOf } from './step-spec'
import { openEngine } from './runtime/engine'

export interface TrainOptions extends StartOptions {
  readonly runDir: string
  /** Folder with tokenizer.json, train.bin and val.bin. */
  readonly tokenizedDir: string
  readonly config: RunConfig
  /** More steps than the settings say, first to last; absent: none. */
  readonly extensions?: readonly Extension[]
  /** Of the learning rate: what rollbacks have left of it, of which what was saved may know nothing yet. Absent: all. */
  readonly learningRateFactor?: number
  readonly engineOptions: EngineOptions
}

/**
 * Trains a model and tells how it goes. Everything random is a function of (seed, step), so that a run that is stopped
 * and resumed computes what it would have computed (bit for bit on the same engine and tier).
 *
 * @param signal ends the run after the step under way, with a checkpoint (while it compiles: at once, without)
 * @returns events in order; the last is `end`
 * @throws `training.diverged` when the loss explodes again and again; `config.contextTooLong`, `checkpoint.damaged`,
 *   `tokens.damaged`, `tokenizer.damaged`, `engine.unavailable`, `engine.failed`, `memory.exhausted`, `disk.full`
 */
export async function* train(options: TrainOptions, signal: AbortSignal): AsyncGenerator<TrainEvent> {
  const { config, runDir, extensions = [], learningRateFactor = 1 } = options
  const closing: (() => void)[] = []
  try {
    yield stage('preparing')
    const data = await openData(options.tokenizedDir, config)
    closing.push(data.close)
    const { vocabSize, tokenizerHash } = data
    const own = { runDir, config, vocabSize, tokenizerHash }
    const start = await startOf(options, own)
    const run = new RunState(config, extensions, start.resumed, learningRateFactor)
    const engine = await openEngine(options.engineOptions)

    yield stage('compiling')
    const { compile, precision } = resumedConfig(config, start.resumed, engine.id)
    const plannedSteps = run.lastStep - run.step
    const settings = `${settingsKey(config)} ${tokenizerHash}`
    const compiling = engine.compileStep(stepSpecOf(config, vocabSize), { compile, precision, plannedSteps, settings })
    const trainStep = await unlessAborted(compiling, signal)
    if (!trainStep) {
      yield { kind: 'end', step: run.step, elapsedMs: run.clock.elapsedMs, finished: false }
      return
    }
    closing.push(() => {
      trainStep.close()
    })
    writeStart(start, trainStep, own)
    const modes = new ModeLog(start.resumed, trainStep)
    run.clock.start()
    const training = { own, data, engine, trainStep, run, modes, signal }
    yield* begin(training, start)
    yield* loop(training)
  } finally {
    for (const close of closing.reverse()) close()
  }
}

/** Steps, until the run is finished or told to end. */
async function* loop(training: Training): AsyncGenerator<TrainEvent> {
  const { own, data, trainStep, run, modes, signal } = training
  const { config, vocabSize } = own
  const begunAt = run.step
  const smallestFactor = leastFactor(run.learningRateFactor)
  while (!run.isFinished && !signal.aborted) {
    const batch = batchAt(data.trainTokens, { ...config, step: run.step })
    const { learningRate } = run
    // Backward, reduce, update: what that is says step.ts, whichever engine computes it.
    const mode = await run.clock.time(() => trainStep.run({ step: run.step + 1, learningRate, batch }))
    run.step++
    const news = modes.after(run.step, mode, trainStep)
    if (news) yield news

    // Reading a number waits for the device and costs as much as a small step: only where one is due.
    const due = run.due(modes.hasSettled(trainStep))
    const metrics = due.log || due.evaluate || due.save ? await trainStep.readMetrics() : null
    // A model that is lost must not replace one that is good.
    if (metrics && isLost(metrics, vocabSize)) {
      yield await rollBack(training, smallestFactor)
      continue
    }
    if (metrics && due.log) yield stepEvent(run, metrics, learningRate)
    if (due.evaluate) yield* evaluateNow(training)
    if (run.isSampleDue) yield* sampleNow(training)
    if (due.save) {
      yield* save(training, 'last')
      run.clock.saved()
      yield stage('training')
    }
  }
  const isSaved = run.step === run.savedStep
  const isGood = isSaved || run.step === begunAt || !isLost(await trainStep.readMetrics(), vocabSize)
  if (!isSaved && isGood) yield* save(training, 'last')
  yield { kind: 'end', step: run.step, elapsedMs: run.clock.elapsedMs, finished: run.isFinished }
}

/** null when the signal comes first: a compilation cannot be cut short, but the process can end in the middle of it. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const give = (): void => {
      resolve(null)
    }
    if (signal.aborted) give()
    signal.addEventListener('abort', give, { once: true })
    work.then(resolve, reject)
  })
}
