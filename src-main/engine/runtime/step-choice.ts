import type { StepTiming } from '../../../src-preload/contract/records'
import type { Bfloat16Support } from './processor'
import type { CompileOptions, StepMode } from './step'

/** What a choice is made with. */
export interface StepTrials {
  /** Records and compiles, beside the steps under way. */
  prepare(mode: StepMode): Promise<void>
  /** A few steps from the state as it is, on copies. Nothing else computes meanwhile. */
  measure(mode: StepMode): Promise<{ readonly stepMs: number; readonly lossNats: number }>
}

/** Steps that one trial of two ways takes: `measure` runs `stepsPerMeasure` for each, twice. */
export const stepsPerMeasure = 3
const stepsPerTrial = 2 * 2 * stepsPerMeasure
/** Trials may take that share of a run; a shorter run has none, and stays in float32. */
const trialShare = 0.03
/** Faster by less than this is noise, or not worth other bits. */
const worthwhile = 0.97
/** Losses after the trial's steps may differ by that share: bfloat16 differs by 1e-3 at most (docs/log.md). */
const lossTolerance = 0.01

/**
 * How the steps of a run are computed. It begins with the way that is ready at once; each further one is prepared
 * beside the training and then, between two steps, tried against the best so far.
 */
export class StepChoice {
  #mode: StepMode
  #timings: StepTiming[] = []
  readonly #trials: StepTrials
  readonly #measured: boolean
  readonly #challengers: ((best: StepMode) => StepMode)[]
  #preparing: Promise<void> = Promise.resolve()
  #ready: StepMode | null = null

  constructor(options: CompileOptions, bfloat16: Bfloat16Support, trials: StepTrials) {
    const { compile, precision = 'float32', plannedSteps = 0 } = options
    this.#trials = trials
    this.#mode = {
      tier: compile === 'xla' ? 'xla' : 'graph',
      precision: precision !== 'auto' ? precision : bfloat16 === 'tensorCores' ? 'bfloat16' : 'float32',
    }
    const wishes: ((best: StepMode) => StepMode)[] = []
    if (precision === 'auto' && bfloat16 === 'native') wishes.push(({ tier }) => ({ tier, precision: 'bfloat16' }))
    if (compile === 'auto') wishes.push(({ precision: best }) => ({ tier: 'xla', precision: best }))
    this.#measured = plannedSteps * trialShare >= wishes.length * stepsPerTrial
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
    this.#preparing = this.#trials.prepare(mode).then(
      () => {
        this.#ready = mode
      },
      () => {
        // What cannot be compiled is no choice.
        this.#challengers.shift()
        this.start()
      },
    )
  }

  /** Between two steps: tries what became ready. */
  async decide(): Promise<void> {
    const challenger = this.#ready
    if (!challenger) return
    this.#ready = null
    if (!this.#measured || (await this.#wins(challenger))) this.#mode = challenger
    this.#challengers.shift()
    this.start()
  }

  async #wins(challenger: StepMode): Promise<boolean> {
    const rounds: Record<'best' | 'challenger', { stepMs: number; lossNats: number }>[] = []
    for (let round = 0; round < 2; round++) {
      const best = await this.#trials.measure(this.#mode)
      rounds.push({ best, challenger: await this.#trials.measure(challenger) })
    }
    const fastest = (of: 'best' | 'challenger'): number => Math.min(...rounds.map((round) => round[of].stepMs))
    const [bestMs, challengerMs] = [fastest('best'), fastest('challenger')]
    const isSame = ({ tier, precision }: StepMode): boolean =>
      tier === this.#mode.tier && precision === this.#mode.precision
    this.#timings = [
      ...this.#timings.filter((timing) => !isSame(timing)),
      { ...this.#mode, stepMs: bestMs },
      { ...challenger, stepMs: challengerMs },
    ]
    const agrees = rounds.every(
      ({ best, challenger: other }) => Math.abs(other.lossNats - best.lossNats) <= lossTolerance * best.lossNats,
    )
    return agrees && challengerMs < worthwhile * bestMs
  }
}
