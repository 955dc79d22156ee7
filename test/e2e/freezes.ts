import type { BrowserContext, Page } from '@playwright/test'

/** One stretch in which the page could neither draw nor answer. */
interface LongTask {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly durationMs: number
  /** The screen: the address behind #. */
  readonly screen: string
}

/**
 * A page that stands still this long feels broken. Two cores shared with a training may stretch a task that takes 100 ms
 * on a quiet machine, so what is asked of every spec is generous; a spec that trains nothing beside may ask for less.
 */
export const frozenMs = 1500

/** Watches the long tasks of every page it is given. They are collected, and held against a limit at the end. */
export class Freezes {
  readonly #tasks: LongTask[] = []
  readonly #unwatched: { from: number; to: number }[] = []
  readonly #pages = new Set<Page>()

  /** @param page whether it has loaded already or not: what was long before is told too */
  async watch(context: BrowserContext, page: Page): Promise<void> {
    this.#pages.add(page)
    await context.exposeBinding('reportLongTask', (_, task: LongTask) => {
      this.#tasks.push(task)
    })
    const observe = (): void => {
      const { reportLongTask } = globalThis as unknown as { reportLongTask: (task: LongTask) => void }
      new PerformanceObserver((list) => {
        for (const { startTime, duration } of list.getEntries())
          reportLongTask({ at: performance.timeOrigin + startTime, durationMs: duration, screen: location.hash })
      }).observe({ type: 'longtask', buffered: true })
    }
    await context.addInitScript(observe)
    if (page.url() !== 'about:blank') await page.evaluate(observe)
  }

  /** What a test does to a page and no person would (axe) does not count. */
  async unwatched<T>(work: () => Promise<T>): Promise<T> {
    const from = Date.now()
    try {
      return await work()
    } finally {
      this.#unwatched.push({ from, to: Date.now() })
    }
  }

  /** Waits until each page answers: a task still under way is reported when it has ended. */
  async settle(): Promise<void> {
    for (const page of this.#pages) {
      if (!page.isClosed())
        await page.evaluate(() => new Promise((done) => setTimeout(done, 50))).catch(() => undefined)
    }
  }

  /** Those at least this long, in words. */
  longerThan(limitMs: number): string[] {
    return this.#tasks
      .filter(({ durationMs }) => durationMs >= limitMs)
      .filter(({ at, durationMs }) => !this.#unwatched.some(({ from, to }) => at <= to && at + durationMs >= from))
      .map(({ durationMs, screen }) => `${Math.round(durationMs)} ms at ${screen}`)
  }
}
