import { describe, expect, test } from 'vitest'
import { durationTicks, enough, linearTicks, logTicks, valueRange } from '../../../src-renderer/composables/chart/axis'

const minute = 60_000

describe('ticks', () => {
  test('linear ones are round and inside', () => {
    expect(linearTicks(0, 2000, 5)).toEqual([0, 500, 1000, 1500, 2000])
    expect(linearTicks(1.52, 1.93, 4)).toEqual([1.6, 1.8])
    expect(linearTicks(0, 0.3, 3)).toEqual([0, 0.1, 0.2, 0.3])
  })

  test('durations step like a clock', () => {
    expect(durationTicks(0, 6 * minute, 6)).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => n * minute))
    expect(durationTicks(0, 50_000, 5)).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000])
    expect(durationTicks(0, 20 * 3_600_000, 6)).toEqual([0, 6, 12, 18].map((n) => n * 3_600_000))
  })

  test('log ones hold powers of ten and their parts, or linear ones on a short range', () => {
    expect(logTicks(0.5, 120, 6)).toEqual([1, 3, 10, 30, 100])
    expect(logTicks(0.1, 10, 8)).toEqual([0.1, 0.2, 0.5, 1, 2, 5, 10])
    expect(logTicks(1.5, 4, 5)).toEqual([1.5, 2, 2.5, 3, 3.5, 4])
    expect(logTicks(1e-9, 1, 4)).toEqual([1e-9, 1e-6, 1e-3, 1])
  })

  test('three at least stand on a value axis', () => {
    for (let max = 1; max < 1e6; max *= 1.07) {
      expect(enough(linearTicks)(0, max, 3).length, String(max)).toBeGreaterThanOrEqual(3)
      expect(enough(linearTicks)(max, max * 1.02, 3).length, String(max)).toBeGreaterThanOrEqual(3)
    }
    expect(enough(linearTicks)(3, 3, 5)).toEqual([3])
  })

  test('an empty or broken range never loops', () => {
    expect(linearTicks(3, 3, 5)).toEqual([3])
    expect(linearTicks(NaN, NaN, 5)).toEqual([])
    expect(logTicks(0, 10, 5)).toEqual([])
    expect(durationTicks(5, 5, 5)).toEqual([5])
  })
})

describe('valueRange', () => {
  test('has air on both sides, and zero is the floor of what cannot be negative', () => {
    const { min, max } = valueRange(1.5, 4.5, false)
    expect(min).toBeLessThan(1.5)
    expect(max).toBeGreaterThan(4.5)
    expect(valueRange(0.01, 4, false).min).toBe(0)
    const whole = valueRange(23_000, 24_000, false, true)
    expect(whole.min).toBe(0)
    expect(whole.max).toBeGreaterThan(24_000)
  })

  test('a flat curve, no curve and zero on a log axis still give a range', () => {
    for (const [low, high, log] of [
      [2, 2, false],
      [0, 0, false],
      [Infinity, -Infinity, false],
      [Infinity, -Infinity, true],
      [2, 2, true],
    ] as const) {
      const { min, max } = valueRange(low, high, log)
      expect(max).toBeGreaterThan(min)
      if (log) expect(min).toBeGreaterThan(0)
    }
  })
})
