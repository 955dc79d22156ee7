import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { envelope, lastOfColumn, nearest } from '../../../src-renderer/composables/chart/buckets'

const line = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

describe('envelope', () => {
  test('keeps every extreme of a hundred thousand points in twice as many points as columns', () => {
    const ys = Float64Array.from(line(100_000), (i) => Math.sin(i / 5000) + (i === 61_803 ? 40 : 0))
    const points = envelope(line(100_000), ys, ys, 100_000, { from: 0, to: 99_999, columns: 800 })
    expect(points.length).toBeLessThanOrEqual(1600)
    expect(points.some(({ x, y }) => x === 61_803 && y > 39)).toBe(true)
  })

  test('every column has its lowest and highest value, in order of x', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 2, maxLength: 300 }),
        fc.integer({ min: 1, max: 40 }),
        (ys, columns) => {
          const points = envelope(line(ys.length), ys, ys, ys.length, { from: 0, to: ys.length - 1, columns })
          expect(Math.min(...points.map((p) => p.y))).toBe(Math.min(...ys))
          expect(Math.max(...points.map((p) => p.y))).toBe(Math.max(...ys))
          points.forEach((point, i) => {
            expect(point.x).toBeGreaterThanOrEqual(points[i - 1]?.x ?? 0)
            expect(ys[point.x]).toBe(point.y)
          })
        },
      ),
    )
  })

  test('a downsampled row shows its lowest and highest loss', () => {
    const points = envelope([0, 10], [1, 2], [5, 2.5], 2, { from: 0, to: 10, columns: 10 })
    expect(points.map((p) => p.y)).toEqual([1, 5, 2, 2.5])
  })

  test('gaps and what lies outside the view are left out; one point is a point', () => {
    expect(envelope([0, 1, 2], [NaN, 1, 1], [NaN, Infinity, 1], 3, { from: 0, to: 5, columns: 5 })).toEqual([
      { x: 2, y: 1 },
    ])
    expect(envelope([0, 5, 9], [1, 2, 3], [1, 2, 3], 3, { from: 4, to: 6, columns: 5 })).toEqual([{ x: 5, y: 2 }])
    expect(envelope([3], [1], [1], 1, { from: 3, to: 3, columns: 100 })).toEqual([{ x: 3, y: 1 }])
  })
})

test('lastOfColumn keeps the newest point of each column', () => {
  const points = lastOfColumn(line(1000), line(1000), 1000, { from: 0, to: 999, columns: 10 })
  expect(points).toHaveLength(10)
  expect(points.at(-1)).toEqual({ x: 999, y: 999 })
})

test('nearest finds the row closest to a place, the earlier one of two', () => {
  const xs = [0, 10, 20, 40]
  const at = (i: number): number => xs[i] ?? NaN
  expect([-5, 0, 5, 6, 29, 31, 99].map((x) => nearest(at, 4, x))).toEqual([0, 0, 0, 1, 2, 3, 3])
  expect(nearest(at, 0, 3)).toBe(-1)
})
