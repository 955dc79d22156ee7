import { describe, expect, test } from 'vitest'
import { smooth } from '../../../src-renderer/composables/chart/smoothing'

const even = (n: number): number[] => Array.from({ length: n }, (_, i) => i * 10)

/** The textbook form, written differently on purpose: weights of every point added up anew for each. */
function direct(ys: number[], weight: number): number[] {
  return ys.map((_, at) => {
    let sum = 0
    let share = 0
    for (let i = 0; i <= at; i++) {
      sum += (ys[i] ?? 0) * weight ** (at - i)
      share += weight ** (at - i)
    }
    return sum / share
  })
}

describe('smoothing', () => {
  test('is the debiased exponential average on even steps', () => {
    const ys = [5, 4.2, 4.4, 3.1, 3.3, 2.9, 7, 2.8]
    const expected = direct(ys, 0.6)
    smooth(even(8), ys, 8, 0.6).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] ?? NaN, 12)
    })
  })

  test('starts at the first value and keeps a constant constant', () => {
    expect(smooth(even(3), [4, 1, 1], 3, 0.99)[0]).toBeCloseTo(4, 12)
    for (const value of smooth(even(50), new Float64Array(50).fill(2.5), 50, 0.9)) expect(value).toBeCloseTo(2.5, 12)
  })

  test('weight 0 shows the curve as it is', () => {
    expect([...smooth(even(4), [3, 1, 4, 1], 4, 0)]).toEqual([3, 1, 4, 1])
  })

  test('values that are not finite neither poison nor move the average', () => {
    const smoothed = smooth(even(6), [4, NaN, 3, Infinity, 2, 2], 6, 0.5)
    expect([...smoothed].every(Number.isFinite)).toBe(true)
    expect(smoothed[1]).toBe(smoothed[0])
    expect(smoothed[3]).toBe(smoothed[2])
  })

  test('nothing finite yet gives gaps, not zeros', () => {
    expect([...smooth(even(2), [NaN, NaN], 2, 0.5)]).toEqual([NaN, NaN])
  })

  test('a point far from the one before forgets more than a near one', () => {
    const near = smooth([0, 1, 2, 3], [0, 0, 0, 1], 4, 0.9)
    const far = smooth([0, 1, 2, 30], [0, 0, 0, 1], 4, 0.9)
    expect(far[3]).toBeGreaterThan(near[3] ?? NaN)
  })

  test('one point, no point and two points at one place are fine', () => {
    expect([...smooth([7], [3], 1, 0.9)]).toEqual([3])
    expect(smooth([], [], 0, 0.9)).toHaveLength(0)
    expect([...smooth([1, 1], [2, 4], 2, 0.5)].every(Number.isFinite)).toBe(true)
  })
})
