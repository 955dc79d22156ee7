import { describe, expect, it } from 'vitest'
import type { TimeEstimate } from '../../../src-preload/contract/records/plan'
import { roundedMs, useEstimate } from '../../../src-renderer/composables/useEstimate'

const minute = 60_000
const hour = 60 * minute
const estimate = (likelyMs: number, spread: number): TimeEstimate => ({
  lowMs: likelyMs / spread,
  likelyMs,
  highMs: likelyMs * spread,
  basis: 'probe',
})

describe('the time of a training, as a person would say it', () => {
  it.each([
    [1000, 5000],
    [43_000, 45_000],
    [13.4 * minute, 15 * minute],
    [83 * minute, 80 * minute],
    [39.4 * hour, 36 * hour],
    [100 * hour, 96 * hour],
  ])('%d ms → %d ms', (exact, said) => {
    expect(roundedMs(exact)).toBe(said)
  })

  it('names one time where it is known well, with when it is ready', () => {
    const { aboutTime, readyAt } = useEstimate()
    const now = new Date(2026, 0, 5, 15, 0).getTime()
    expect(aboutTime(estimate(14 * minute, 1.15))).toBe('about 15 min')
    expect(readyAt(estimate(40 * minute, 1.15), now)).toContain('3:40')
  })

  it('names a range where it is not, and no clock', () => {
    const { aboutTime, readyAt } = useEstimate()
    expect(aboutTime(estimate(20 * minute, 2))).toBe('10 min to 40 min')
    expect(readyAt(estimate(20 * minute, 2), 0)).toBe('')
    expect(aboutTime(null)).toBe('not known yet')
  })
})
