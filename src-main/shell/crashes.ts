/** Alive this long: the next crash is a new story. */
const steadyMs = 30_000

/** How often in a row something crashed soon after its start. */
export interface CrashRow {
  started(): void
  /** @returns which crash of the row this is, from 1 */
  crashed(): number
}

/** @param now milliseconds of a clock */
export function crashRow(now: () => number = Date.now): CrashRow {
  let startedAt = now()
  let crashes = 0
  return {
    started: () => {
      startedAt = now()
    },
    crashed: () => {
      crashes = now() - startedAt > steadyMs ? 1 : crashes + 1
      return crashes
    },
  }
}
