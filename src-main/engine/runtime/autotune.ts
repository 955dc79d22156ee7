import { AppError } from '../../../src-preload/contract/errors'
import type { StepTiming, WayRefusal } from '../../../src-preload/contract/records/steps'
import { isWorthTrying } from '../../plan/execution'
import { isRefusal } from './library-error'
import type { Bfloat16Support } from './processor'
import type { CompileOptions, StepMode } from '../train-step'

interface Measured {
  readonly stepMs: number
  readonly lossNats: number
}

/** What a choice is made with. */
export interface StepTrials {
  /** Records and compiles, beside the steps under way. */
  prepare(mode: StepMode): Promise<void>
  /** A few steps from the state as it is, on copies, without dropout. Nothing else computes meanwhile. */
  measure(mode: StepMode): Promise<Measured>
}

/** Which way from which step on. */
export interface ModeChange extends StepMode {
  readonly step: number
}

/** What became of all choices of a run. */
export interface ChosenWays {
  readonly changes: readonly ModeChange[]
  readonly timings: readonly StepTiming[]
}

/** Faster by less than this is noise, or not worth other bits. */
const worthwhile = 0.97
/** Losses after the trial's steps may differ by that share: bfloat16 differs by 1e-3 at most (docs/log/005). */
const lossTolerance = 0.01

/**
 * How the steps of a run are computed. It begins with the way that is ready at once; each further one is prepared
 * beside the training and then, between two steps, tried against the best so far. Where a run with the same settings has
 * chosen before, it takes the same ways from the same steps on, and waits for what is not prepared by then: both runs
 * compute the same bits.
 */
export class Autotuner {
  #mode: StepMode
  #timings: StepTiming[] = []
  readonly #changes: ModeChange[] = []
  readonly #trials: StepTrials
  readonly #measured: boolean
  readonly #challengers: ((best: StepMode) => StepMode)[]
  /** Steps at which the challengers are taken, one each; null: as soon as they are ready and better. */
  readonly #takenAt: number[] | null
  #preparing: Promise<void> = Promise.resolve()
  #ready: StepMode | null = null
  /** What went wrong while something was prepared, other than a refusal. */
  #fault: AppError | null = null

  /** @param before what a run with the same settings chose */
  constructor(
    options: CompileOptions,
    bfloat16: Bfloat16Support,
    trials: StepTrials,
    before: ChosenWays | null = null,
  ) {
    const { compile, precision = 'float32', plannedSteps = 0 } = options
    this.#trials = trials
    this.#mode = {
      tier: compile === 'xla' ? 'xla' : 'graph',
      precision: precision !== 'auto' ? precision : bfloat16 === 'tensorCores' ? 'bfloat16' : 'float32',
    }
    const wishes: ((best: StepMode) => StepMode)[] = []
    if (precision === 'auto' && bfloat16 === 'native') wishes.push(({ tier }) => ({ tier, precision: 'bfloat16' }))
    if (compile === 'auto') wishes.push(({ precision: best }) => ({ tier: 'xla', precision: best }))
    this.#measured = isWorthTrying(wishes.length, plannedSteps)
    this.#takenAt = before && wishes.length > 0 ? before.changes.map(({ step }) => step) : null
    if (before && this.#takenAt) {
      this.#challengers = before.changes.map((mode) => () => ({ tier: mode.tier, precision: mode.precision }))
      this.#timings = [...before.timings]
      return
    }
    // Without a trial, XLA is the better guess, and float32 the safe one.
    this.#challengers = this.#measured ? wishes : wishes.filter((wish) => wish(this.#mode).tier !== this.#mode.tier)
  }

  get mode(): StepMode {
    return this.#mode
  }

  /** Of all ways that were tried. */
  get timings(): readonly StepTiming[] {
    return this.#timings
  }

  /** Whether it stays as it is. */
  get settled(): boolean {
    return this.#challengers.length === 0
  }

  /** Whether it takes what an earlier run took. */
  get follows(): boolean {
    return this.#takenAt !== null
  }

  get chosen(): ChosenWays {
    return { changes: [...this.#changes], timings: [...this.#timings] }
  }

  /** Settled when nothing is being compiled. */
  get preparing(): Promise<void> {
    return this.#preparing
  }

  /** Nothing more is prepared. */
  close(): void {
    this.#challengers.length = 0
  }

  /** Starts preparing what is tried next. */
  start(): void {
    const mode = this.#challengers[0]?.(this.#mode)
    if (!mode) return
    this.#preparing = this.#trials
      .prepare(mode)
      .then(
        () => {
          this.#ready = mode
        },
        (thrown: unknown) => {
          this.#refuse(mode, thrown)
          this.#next()
        },
      )
      .catch((thrown: unknown) => {
        this.#fault = AppError.from(thrown)
      })
  }

  /**
   * Before a step, while nothing computes: takes what an earlier run took, or tries what became ready.
   * @throws what went wrong in preparing or trying, unless it only says that a way cannot be computed here
   */
  async decide(step: number): Promise<void> {
    if (this.#takenAt) {
      while (step >= (this.#takenAt[0] ?? Infinity) && !this.settled && !this.#fault) {
        await this.#preparing
        if (this.#ready) this.#take(step)
      }
    }
    if (this.#fault) throw this.#fault
    if (this.#takenAt) return
    const challenger = this.#ready
    if (!challenger) return
    if (!this.#measured || (await this.#wins(challenger))) this.#take(step)
    else this.#next()
  }

  /** Whether it is better than the best so far. Notes what came out. */
  async #wins(challenger: StepMode): Promise<boolean> {
    try {
      const [best, other] = await this.#measureBoth(challenger)
      const refused = refusalOf(best, other)
      this.#note({ ...this.#mode, stepMs: best.stepMs })
      this.#note({ ...challenger, stepMs: other.stepMs, ...(refused && { refused }) })
      return refused === null
    } catch (thrown) {
      this.#refuse(challenger, thrown)
      return false
    }
  }

  /** Notes what the library says. @throws anything else */
  #refuse(mode: StepMode, thrown: unknown): void {
    if (!isRefusal(thrown)) throw thrown
    const { code, params } = AppError.from(thrown)
    const reason = code === 'memory.exhausted' ? 'memory' : 'impossible'
    const detail = String(params['detail'] ?? '')
    this.#note({ ...mode, stepMs: null, refused: { reason, lossNats: null, bestLossNats: null, detail } })
  }

  /** In place of what was known of this way. */
  #note(timing: StepTiming): void {
    const isOther = ({ tier, precision }: StepTiming): boolean => tier !== timing.tier || precision !== timing.precision
    this.#timings = [...this.#timings.filter(isOther), timing]
  }

  /** What is ready. */
  #take(step: number): void {
    this.#mode = this.#ready ?? this.#mode
    this.#changes.push({ step, ...this.#mode })
    this.#next()
  }

  #next(): void {
    this.#ready = null
    this.#challengers.shift()
    this.#takenAt?.shift()
    this.start()
  }

  /** The best so far and the challenger in turns, so that what else the computer does meets both. */
  async #measureBoth(challenger: StepMode): Promise<[Measured, Measured]> {
    const rounds: [Measured, Measured][] = []
    for (let round = 0; round < 2; round++) {
      const best = await this.#trials.measure(this.#mode)
      rounds.push([best, await this.#trials.measure(challenger)])
    }
    // The same steps from the same state: they differ in time only.
    const fastest = (way: 0 | 1): Measured =>
      rounds.map((round) => round[way]).reduce((a, b) => (b.stepMs < a.stepMs ? b : a))
    return [fastest(0), fastest(1)]
  }
}

/** Why a challenger is not taken; null: it is better. */
function refusalOf(best: Measured, challenger: Measured): WayRefusal | null {
  const agrees = Math.abs(challenger.lossNats - best.lossNats) <= lossTolerance * best.lossNats
  if (agrees && challenger.stepMs < worthwhile * best.stepMs) return null
  const finite = (nats: number): number | null => (Number.isFinite(nats) ? nats : null)
  const [lossNats, bestLossNats] = [challenger, best].map((way) => finite(way.lossNats)) as [
    number | null,
    number | null,
  ]
  return { reason: agrees ? 'slower' : 'differs', lossNats, bestLossNats, detail: '' }
}
