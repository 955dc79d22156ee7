/** Time spent training, across resumes, and the speed of the steps alone. */
export class TrainingClock {
  readonly #before: number
  #startedAt: number | null = null
  #savedAt = 0
  #stepsMs = 0
  #steps = 0

  /** @param before milliseconds that earlier parts of this run took */
  constructor(before: number) {
    this.#before = before
  }

  /** From now on it runs: what comes before, compiling above all, is no training. */
  start(): void {
    this.#startedAt = performance.now()
    this.saved()
  }

  get elapsedMs(): number {
    const here = this.#startedAt === null ? 0 : performance.now() - this.#startedAt
    return Math.round(this.#before + here)
  }

  get sinceSaveMs(): number {
    return performance.now() - this.#savedAt
  }

  saved(): void {
    this.#savedAt = performance.now()
  }

  /** Runs one step, and counts the time that it takes. */
  async time<T>(step: () => Promise<T>): Promise<T> {
    const startedAt = performance.now()
    const result = await step()
    this.#stepsMs += performance.now() - startedAt
    this.#steps++
    return result
  }

  /** Since the last call. */
  stepsPerSecond(): number {
    const speed = this.#stepsMs === 0 ? 0 : (1000 * this.#steps) / this.#stepsMs
    this.#stepsMs = 0
    this.#steps = 0
    return speed
  }
}
