import fc from 'fast-check'
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

/** Any two numbers that a curve may hold, the pairs that are hard for an axis more often than others. */
const neighbours = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((x) => [x, x + Math.abs(x) * 2 ** -52] as const)
const anyPair = fc.oneof(
  fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.double({ noNaN: true, noDefaultInfinity: true })),
  fc.tuple(fc.double({ min: 0, max: 12, noNaN: true }), fc.double({ min: 0, max: 12, noNaN: true })),
  neighbours,
  fc.double({ min: 0.1, max: 12, noNaN: true }).map((x) => [x, x * (1 + 2 ** -52)] as const),
  fc.constantFrom(
    [0, 0],
    [-0, 0],
    [0, Number.MIN_VALUE],
    [-Number.MIN_VALUE, Number.MIN_VALUE],
    [0, Number.MAX_VALUE],
    [-Number.MAX_VALUE, Number.MAX_VALUE],
    [Number.MAX_VALUE, Number.MAX_VALUE],
    [6.237958, 6.237958000000001],
  ),
)
const sorted = anyPair.map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }))

describe('whatever a curve holds', () => {
  test('the range is finite, holds what it can show, and can be divided', () => {
    fc.assert(
      fc.property(sorted, fc.boolean(), fc.boolean(), ({ low, high }, log, fromZero) => {
        const { min, max } = valueRange(low, high, log, fromZero)
        expect(Number.isFinite(min) && Number.isFinite(max) && Number.isFinite(max - min)).toBe(true)
        expect(max).toBeGreaterThan(min)
        if (!log && Math.abs(low) < 1e150 && Math.abs(high) < 1e150) {
          expect(min).toBeLessThanOrEqual(low)
          expect(max).toBeGreaterThanOrEqual(high)
        }
        // Wide enough that neighbouring ticks are different numbers with different labels.
        expect(max - min).toBeGreaterThanOrEqual(Math.max(Math.abs(min), Math.abs(max)) * 1e-4)
      }),
      { numRuns: 3000 },
    )
  })

  test('an axis has few ticks, rising, none twice', () => {
    const scales = { linearTicks, durationTicks, logTicks, enough: enough(linearTicks), enoughLog: enough(logTicks) }
    fc.assert(
      fc.property(
        sorted,
        fc.constantFrom(...Object.values(scales)),
        fc.integer({ min: 1, max: 40 }),
        (pair, ticks, n) => {
          const shown = ticks(pair.low, pair.high, n)
          expect(shown.length).toBeLessThanOrEqual(4 * 4 * n + 4)
          for (const [i, tick] of shown.entries()) if (i > 0) expect(tick).toBeGreaterThan(shown[i - 1] ?? NaN)
        },
      ),
      { numRuns: 3000 },
    )
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
