import type { JobEvent } from '../../backend/jobs/protocol'

/** Sends an event to the backend; resolves when the next one may follow. */
export type Emit = (event: JobEvent) => Promise<void>

/** Messages under way before the sender waits for the backend. */
const maxUnderWay = 64

/**
 * Sends in order and keeps few messages under way: where the backend is slow, the job waits instead of filling memory.
 * After `close` nothing is sent any more.
 */
export class Outbox {
  #underWay = 0
  #waiting: (() => void)[] = []

  readonly emit: Emit = async (event) => {
    if (!process.connected) return
    this.#underWay += 1
    process.send?.(event, undefined, undefined, () => {
      this.#underWay -= 1
      if (this.#underWay < maxUnderWay) this.#wake()
    })
    if (this.#underWay >= maxUnderWay) await this.#turn()
  }

  /** Resolves when the backend has everything, or is gone. */
  async flush(): Promise<void> {
    while (this.#underWay > 0 && process.connected) await this.#turn()
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
