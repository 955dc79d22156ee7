/** Time spent training, across resumes, and the speed of the steps alone. */
export class TrainingClock {
  readonly #before: number
  readonly #startedAt = performance.now()
  #savedAt = performance.now()
  #stepStartedAt = 0
  #stepsMs = 0
  #steps = 0

  /** @param before milliseconds that earlier parts of this run took */
  constructor(before: number) {
    this.#before = before
  }

  get elapsedMs(): number {
    return Math.round(this.#before + performance.now() - this.#startedAt)
  }

  get sinceSaveMs(): number {
    return performance.now() - this.#savedAt
  }

  saved(): void {
    this.#savedAt = performance.now()
  }

  startStep(): void {
    this.#stepStartedAt = performance.now()
  }

  endStep(): void {
    this.#stepsMs += performance.now() - this.#stepStartedAt
    this.#steps++
  }

  /** Since the last call. */
  stepsPerSecond(): number {
    const speed = this.#stepsMs === 0 ? 0 : (1000 * this.#steps) / this.#stepsMs
    this.#stepsMs = 0
    this.#steps = 0
    return speed
  }
}
