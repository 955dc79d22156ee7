import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { Extension } from '../../../src-preload/contract/records/runs'
import { momentsFactor, scheduleOf } from '../optim/schedule'
import type { OpenCheckpoint } from '../checkpoint'
import { TrainingClock } from './clock'

/** What falls due after a step. */
export interface Due {
  readonly log: boolean
  readonly evaluate: boolean
  readonly save: boolean
}

/** What a run knows of itself between two steps; a checkpoint holds all of it. */
export class RunState {
  readonly #config: RunConfig
  readonly #rateAt: (step: number) => number
  /** The first step of the newest extension. */
  readonly #extendedAt: number | undefined
  readonly lastStep: number
  readonly clock: TrainingClock
  /** Optimizer steps done. */
  step = 0
  /** Of the newest `last` checkpoint that is this state's; -1: none. */
  savedStep = -1
  /** Of the scheduled learning rate: what rollbacks have left of it. */
  learningRateFactor: number
  /** The step at which the optimizer's moments were zero. */
  momentsFrom = 0
  /** Of the evaluation at this step; null: it is owed, or none is due. */
  valLossNats: number | null = null
  bestValLossNats: number | null
  #evaluationsSinceBest = 0

  /** @param learningRateFactor what rollbacks have left, of which the checkpoint may know nothing yet */
  constructor(
    config: RunConfig,
    extensions: readonly Extension[],
    saved: OpenCheckpoint | null,
    learningRateFactor: number,
  ) {
    this.#config = config
    this.#rateAt = scheduleOf(config, extensions)
    this.#extendedAt = extensions.at(-1)?.fromStep
    this.lastStep = extensions.at(-1)?.toStep ?? config.maxSteps
    this.clock = new TrainingClock(saved?.elapsedMs ?? 0)
    this.learningRateFactor = Math.min(saved?.learningRateFactor ?? 1, learningRateFactor)
    this.bestValLossNats = saved?.bestValLossNats ?? null
    this.goTo(saved)
  }

  /**
   * To where that state was saved; null: to the first step, with the weights that the run began with. Clock, best loss and what
   * is left of the learning rate stay.
   */
  goTo(saved: OpenCheckpoint | null): void {
    this.step = saved?.step ?? 0
    this.savedStep = saved?.step ?? -1
    this.valLossNats = saved?.valLossNats ?? null
    this.#evaluationsSinceBest = this.#patienceUsed(saved?.evaluationsSinceBest ?? 0)
    // A state without the optimizer's has moments of zero.
    this.momentsFrom = saved === null || saved.optimizer ? (saved?.momentsFrom ?? 0) : saved.step
  }

  get tokens(): number {
    return this.step * this.tokensPerStep
  }

  get tokensPerStep(): number {
    return this.#config.batchSize * this.#config.blockSize
  }

  /** Of the next step. */
  get learningRate(): number {
    return this.#rateAt(this.step) * this.learningRateFactor * momentsFactor(this.step, this.momentsFrom, this.#config)
  }

  get evaluationsSinceBest(): number {
    return this.#evaluationsSinceBest
  }

  get isOutOfPatience(): boolean {
    return this.#config.patience > 0 && this.#evaluationsSinceBest >= this.#config.patience
  }

  get isFinished(): boolean {
    return this.step >= this.lastStep || this.isOutOfPatience
  }

  /** @param hasSettled that the way to compute was chosen just now: a run that is killed later would choose at another step */
  due(hasSettled: boolean): Due {
    const { logInterval, evalInterval, checkpointMinutes } = this.#config
    const last = this.step === this.lastStep
    return {
      log: this.step === 1 || this.step % logInterval === 0 || last,
      evaluate: this.step % evalInterval === 0 || last,
      save: hasSettled || this.clock.sinceSaveMs > checkpointMinutes * 60_000,
    }
  }

  get isSampleDue(): boolean {
    const { sampleInterval } = this.#config
    return sampleInterval > 0 && (this.step % sampleInterval === 0 || this.isFinished)
  }

  /** @returns whether it is the best so far */
  evaluated(valLossNats: number): boolean {
    const isBest = this.bestValLossNats === null || valLossNats < this.bestValLossNats
    this.valLossNats = valLossNats
    if (isBest) this.bestValLossNats = valLossNats
    this.#evaluationsSinceBest = isBest ? 0 : this.#patienceUsed(this.#evaluationsSinceBest + 1)
    return isBest
  }

  /** An extension has all of its patience: it was given to a run that may have been at its end. */
  #patienceUsed(evaluations: number): number {
    return this.step === this.#extendedAt ? 0 : evaluations
  }
}
