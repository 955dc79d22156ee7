import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../src-preload/contract/errors'
import type { CheckpointKind, Extension, ResumedFrom, RunConfig } from '../../src-preload/contract/records'
import type { EngineOptions, TrainEvent } from '../backend/jobs/protocol'
import { resumedConfig } from '../plan/resumed'
import { leastFactor, loweredFactor } from '../plan/rollback'
import { settingsKey } from '../plan/same-settings'
import { saveCheckpoint, type LoadedCheckpoint } from './checkpoint'
import { batchAt } from './data/batches'
import { openTokens, type TokenStore } from './data/token-store'
import { evaluate } from './evaluate'
import { drawnWeights } from './model/init'
import { stepSpecOf } from './model/model'
import { momentsFactor, scheduleOf } from './optim/schedule'
import { stateToResume, weightsOf } from './resume'
import { openEngine } from './runtime/engine'
import type { TensorData } from './runtime/ops'
import type { StepMetrics, StepMode } from './runtime/step'
import { sampleText } from './sample'
import { loadTokenizer } from './tokenizer/tokenizer'
import { TrainingClock } from './training-clock'

export interface TrainOptions {
  readonly runDir: string
  /** Folder with tokenizer.json, train.bin and val.bin. */
  readonly tokenizedDir: string
  readonly config: RunConfig
  /** More steps than the settings say, first to last; absent: none. */
  readonly extensions?: readonly Extension[]
  /** Continue from the newest good checkpoint in runDir; from the start where there is none yet. */
  readonly resume: boolean
  /** Continue from `best`, and why; absent: only where nothing else can be used. */
  readonly fromBest?: ResumedFrom['reason'] | undefined
  /**
   * A checkpoint of another run, whose weights this one begins with. They are saved as its own before the first step, and
   * the folder is removed; so a run that has a checkpoint needs it no more.
   */
  readonly initialDir?: string | undefined
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
 *   `engine.unavailable`, `engine.failed`, `memory.exhausted`, `disk.full`
 */
export async function* train(options: TrainOptions, signal: AbortSignal): AsyncGenerator<TrainEvent> {
  const { config, extensions = [], runDir, tokenizedDir } = options
  const lastStep = extensions.at(-1)?.toStep ?? config.maxSteps
  const extendedAt = extensions.at(-1)?.fromStep
  const learningRateAt = scheduleOf(config, extensions)
  const closing: (() => void)[] = []
  try {
    yield { kind: 'stage', stage: 'preparing', progress: null }
    const [trainTokens, valTokens] = ['train.bin', 'val.bin'].map((file) => {
      const tokens = openTokens(join(tokenizedDir, file))
      closing.push(() => {
        tokens.close()
      })
      // Throws where the text is shorter than the context: better now than after minutes of compiling.
      batchAt(tokens, { ...config, step: 0 })
      return tokens
    }) as [TokenStore, TokenStore]
    const { tokenizer, hash } = await loadTokenizer(join(tokenizedDir, 'tokenizer.json'))
    const { vocabSize, tokenizerHash } = trainTokens
    // Its ids would mean other tokens than the model learns.
    if (hash !== tokenizerHash) throw new AppError('tokenizer.damaged', { file: 'tokenizer.json' })
    const own = { runDir, config, vocabSize, tokenizerHash }
    const found = options.resume ? await stateToResume(own, options.fromBest) : null
    const resumed = found?.checkpoint ?? null
    const { initialDir } = options
    const initial = initialDir === undefined || resumed ? null : await weightsOf(initialDir, own)
    const engine = await openEngine(options.engineOptions)

    yield { kind: 'stage', stage: 'compiling', progress: null }
    const { compile, precision } = resumedConfig(config, resumed, engine.id)
    const plannedSteps = lastStep - (resumed?.step ?? 0)
    const settings = `${settingsKey(config)} ${tokenizerHash}`
    const compiling = engine.compileStep(stepSpecOf(config, vocabSize), { compile, precision, plannedSteps, settings })
    const trainStep = await unlessAborted(compiling, signal)
    if (!trainStep) {
      yield { kind: 'end', step: resumed?.step ?? 0, elapsedMs: resumed?.elapsedMs ?? 0, finished: false }
      return
    }
    closing.push(() => {
      trainStep.close()
    })
    const restore = (from: LoadedCheckpoint | null): void => {
      trainStep.writeWeights(from?.weights ?? drawnWeights(config, vocabSize, config.seed))
      if (from) trainStep.release(from.weights)
      if (!from?.optimizer) return
      trainStep.writeOptimizer(from.optimizer)
      trainStep.release(from.optimizer)
    }
    restore(resumed)
    if (initial) {
      trainStep.writeWeights(initial)
      trainStep.release(initial)
    }

    let step = resumed?.step ?? 0
    let savedStep = resumed?.step ?? -1
    let computed: StepMode | null = null
    let computedSince = 0
    let timingsShown = 0
    let wasSettled = trainStep.settled
    let learningRateFactor = Math.min(resumed?.learningRateFactor ?? 1, options.learningRateFactor ?? 1)
    const smallestFactor = leastFactor(learningRateFactor)
    const momentsOf = (state: LoadedCheckpoint | null): number =>
      state === null || state.optimizer ? (state?.momentsFrom ?? 0) : state.step
    let momentsFrom = momentsOf(resumed)
    let valLossNats = resumed?.valLossNats ?? null
    let bestValLossNats = resumed?.bestValLossNats ?? null
    /** An extension has all of its patience: it was given to a run that may have been at its end. */
    const patienceUsed = (evaluations: number): number => (step === extendedAt ? 0 : evaluations)
    let evaluationsSinceBest = patienceUsed(resumed?.evaluationsSinceBest ?? 0)
    const isOutOfPatience = (): boolean => config.patience > 0 && evaluationsSinceBest >= config.patience
    const tokensPerStep = config.batchSize * config.blockSize
    const clock = new TrainingClock(resumed?.elapsedMs ?? 0)

    /** Says so first: whoever waits for the run to end gives saving more time than a step. */
    const save = async function* (kind: CheckpointKind): AsyncGenerator<TrainEvent> {
      yield { kind: 'stage', stage: 'saving', progress: null }
      const { elapsedMs } = clock
      const { tier, precision } = computed ?? resumed ?? { tier: 'eager', precision: 'float32' }
      const mode = { tier, precision, settled: trainStep.settled }
      const facts = { kind, step, elapsedMs, valLossNats, bestValLossNats, evaluationsSinceBest, ...mode }
      const weights = await trainStep.readWeights()
      const optimizer = kind === 'last' ? await trainStep.readOptimizer() : null
      const state = { ...facts, learningRateFactor, momentsFrom, engine: engine.id, weights, optimizer }
      const { sizeBytes } = await saveCheckpoint(runDir, { ...state, config, vocabSize, tokenizerHash })
      trainStep.release(weights)
      if (optimizer) trainStep.release(optimizer)
      if (kind === 'last') savedStep = step
      yield { kind: 'checkpoint', checkpoint: kind, step, elapsedMs, valLossNats, sizeBytes }
    }

    const evaluateNow = async function* (): AsyncGenerator<TrainEvent> {
      yield { kind: 'stage', stage: 'evaluating', progress: null }
      const evaluation = await evaluate(trainStep, valTokens, config, signal)
      // null: cut short. A checkpoint that says so owes this evaluation, and a resumed run begins with it.
      valLossNats = evaluation?.valLossNats ?? null
      const better = valLossNats !== null && (bestValLossNats === null || valLossNats < bestValLossNats)
      if (better) bestValLossNats = valLossNats
      if (evaluation) evaluationsSinceBest = better ? 0 : patienceUsed(evaluationsSinceBest + 1)
      // The file before the news of it: a run of which an evaluation is known has a best state to go back to.
      if (better) yield* save('best')
      if (evaluation)
        yield { kind: 'eval', step, tokens: step * tokensPerStep, elapsedMs: clock.elapsedMs, ...evaluation }
      yield { kind: 'stage', stage: 'training', progress: null }
    }

    /**
     * Far worse than a guess, which every run begins with, or no number at all (a step that computes that leaves the
     * weights as they were).
     */
    const limitNats = 2 * Math.log(vocabSize)
    const isLost = ({ lossNats, gradNorm }: StepMetrics): boolean =>
      !Number.isFinite(lossNats + gradNorm) || lossNats > limitNats

    /** To the last state that was saved, with smaller steps: the same steps would go the same way. */
    const rollBack = async (): Promise<TrainEvent> => {
      learningRateFactor = loweredFactor(learningRateFactor)
      if (learningRateFactor < smallestFactor) throw new AppError('training.diverged', { step })
      const from = (await stateToResume(own))?.checkpoint ?? null
      if (!from?.optimizer) trainStep.writeOptimizer(zerosLike(await trainStep.readOptimizer()))
      restore(from)
      const toStep = from?.step ?? 0
      const event = { kind: 'rollback', step, toStep, learningRateFactor, accumulation: null } as const
      step = toStep
      savedStep = from ? step : -1
      valLossNats = from?.valLossNats ?? null
      evaluationsSinceBest = patienceUsed(from?.evaluationsSinceBest ?? 0)
      momentsFrom = momentsOf(from)
      computed = null
      return event
    }

    // Before anybody hears of it: what was saved beyond this step must not be found again as the newest.
    if (found?.from && (found.from.kind === 'best' || found.from.reason === 'chosen')) yield* save('last')
    if (initial) {
      yield* save('last')
      await rm(initialDir ?? '', { recursive: true, force: true })
    }
    const begun = { elapsedMs: clock.elapsedMs, resumedFrom: found?.from ?? null }
    yield { kind: 'begin', engine: engine.id, version: engine.version, step, ...begun }
    yield { kind: 'stage', stage: 'training', progress: null }
    // What another run has learned is worth something before the first step.
    const isOwed = step > 0 ? step % config.evalInterval === 0 : initialDir !== undefined
    if (isOwed && valLossNats === null) yield* evaluateNow()
    while (step < lastStep && !isOutOfPatience() && !signal.aborted) {
      // ---------------------------------------------------------------------------------------------------------------
      const batch = batchAt(trainTokens, { ...config, step })
      const learningRate = learningRateAt(step) * learningRateFactor * momentsFactor(step, momentsFrom, config)
      clock.startStep()
      // Forward and loss, gradients, clipping, AdamW: one recorded function (runtime/step.ts has it in full).
      const computedBy = await trainStep.run(step + 1, learningRate, batch)
      clock.endStep()
      step++
      // ---------------------------------------------------------------------------------------------------------------
      if (computedBy !== computed || trainStep.timings.length !== timingsShown) {
        if (computedBy !== computed) computedSince = step
        computed = computedBy
        timingsShown = trainStep.timings.length
        yield { kind: 'tier', step: computedSince, ...computed, timings: [...trainStep.timings] }
      }
      const last = step === lastStep

      // Reading a number waits for the device and costs as much as a small step: only at the log interval.
      const isLogged = step === 1 || step % config.logInterval === 0 || last
      const isEvaluated = step % config.evalInterval === 0 || last
      // Once the way to compute is chosen, it is kept: a run that is killed later would choose at another step.
      const isSaved = clock.sinceSaveMs > config.checkpointMinutes * 60_000 || trainStep.settled !== wasSettled
      wasSettled = trainStep.settled
      const metrics = isLogged || isEvaluated || isSaved ? await trainStep.readMetrics() : null
      // A model that is lost must not replace one that is good.
      if (metrics && isLost(metrics)) {
        yield await rollBack()
        continue
      }
      if (metrics && isLogged) {
        const { lossNats, gradNorm } = metrics
        const tokensPerSecond = clock.stepsPerSecond() * tokensPerStep
        const at = { step, tokens: step * tokensPerStep, elapsedMs: clock.elapsedMs }
        const memoryBytes = process.memoryUsage.rss()
        yield { kind: 'step', ...at, lossNats, gradNorm, learningRate, tokensPerSecond, memoryBytes }
      }

      if (isEvaluated) yield* evaluateNow()

      if (config.sampleInterval > 0 && (step % config.sampleInterval === 0 || last || isOutOfPatience())) {
        const text = await sampleText(trainStep, engine, tokenizer, config, signal)
        if (text !== null) yield { kind: 'sample', step, prompt: config.samplePrompt, text }
      }

      if (isSaved) {
        yield* save('last')
        clock.saved()
        yield { kind: 'stage', stage: 'training', progress: null }
      }
    }
    const isGood = step === savedStep || step === (resumed?.step ?? 0) || !isLost(await trainStep.readMetrics())
    if (step !== savedStep && isGood) yield* save('last')
    const finished = step >= lastStep || isOutOfPatience()
    yield { kind: 'end', step, elapsedMs: clock.elapsedMs, finished }
  } finally {
    for (const close of closing.reverse()) close()
  }
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

const zerosLike = (tensors: ReadonlyMap<string, TensorData>): Map<string, TensorData> =>
  new Map(Array.from(tensors, ([name, { shape, data }]) => [name, { shape, data: new Float32Array(data.length) }]))
