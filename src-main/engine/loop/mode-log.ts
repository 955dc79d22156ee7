import type { TrainEvent } from '../../backend/jobs/protocol'
import type { StepMode, TrainStep } from '../train-step'

const first: StepMode = { tier: 'eager', precision: 'float32' }

/** How the steps of a run were computed, and what is new about it. */
export class ModeLog {
  readonly #before: StepMode
  #mode: StepMode | null = null
  #since = 0
  #timings = 0
  #wasSettled: boolean

  /** @param before how the run was computed when it was saved */
  constructor(before: StepMode | null, { settled }: Pick<TrainStep, 'settled'>) {
    this.#before = before ?? first
    this.#wasSettled = settled
  }

  /** Of the last step. */
  get mode(): StepMode {
    const { tier, precision } = this.#mode ?? this.#before
    return { tier, precision }
  }

  /** Nothing that was computed since counts any more. */
  forget(): void {
    this.#mode = null
  }

  /** @returns what to tell after a step that was computed like that; null: nothing new */
  after(step: number, mode: StepMode, { timings }: Pick<TrainStep, 'timings'>): TrainEvent | null {
    if (mode === this.#mode && timings.length === this.#timings) return null
    if (mode !== this.#mode) this.#since = step
    this.#mode = mode
    this.#timings = timings.length
    return { kind: 'tier', step: this.#since, ...mode, timings: [...timings] }
  }

  /** Whether the way to compute was chosen for good since the last call. */
  hasSettled({ settled }: Pick<TrainStep, 'settled'>): boolean {
    const isNew = settled !== this.#wasSettled
    this.#wasSettled = settled
    return isNew
  }
}
