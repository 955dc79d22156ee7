/** How long something takes and how that is said, for whoever says it: the window's page and the shell's tray. */

/** A logged step with the training time up to it, milliseconds. */
export interface TimedStep {
  readonly step: number
  readonly elapsedMs: number
}

/** Training time until step `maxSteps`, at the speed between two logged steps; null where there is none. */
export function timeLeftMs(first: TimedStep, last: TimedStep, maxSteps: number): number | null {
  const made = last.step - first.step
  const took = last.elapsedMs - first.elapsedMs
  return made > 0 && took > 0 ? Math.max(0, maxSteps - last.step) * (took / made) : null
}

/** Of the logged steps so many, at least and at most, say how fast a training is now. */
export const stepsForSpeed = { atLeast: 3, atMost: 30 } as const

/**
 * Time left as a person is told it: to ten seconds below five minutes, to a minute above, to five minutes from two hours
 * on; 0 for less than a minute.
 */
export function roundedLeftMs(leftMs: number): number {
  if (leftMs < 60_000) return 0
  const unitMs = leftMs < 5 * 60_000 ? 10_000 : leftMs < 120 * 60_000 ? 60_000 : 5 * 60_000
  return Math.round(leftMs / unitMs) * unitMs
}

/** Units of `Intl`, with their lengths in milliseconds. */
export const spans = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/**
 * 83,000 → 1 min 23 sec; the two largest units.
 * @param format writes a number with its unit as the language does
 */
export function writtenDuration(
  durationMs: number,
  format: (value: number, options: { style: 'unit'; unit: string; unitDisplay: 'short' }) => string,
): string {
  const largest = spans.findIndex(([, length]) => durationMs >= length)
  const from = largest === -1 ? spans.length - 1 : largest
  let rest = Math.max(0, durationMs)
  const parts = spans.slice(from, from + 2).map(([unit, length], i, all) => {
    const amount = i === all.length - 1 ? Math.floor(rest / length) : Math.trunc(rest / length)
    rest -= amount * length
    return { unit, amount }
  })
  return parts
    .filter(({ amount }, i) => amount > 0 || i === 0)
    .map(({ unit, amount }) => format(amount, { style: 'unit', unit, unitDisplay: 'short' }))
    .join(' ')
}
