import { expect, it } from 'vitest'
import { crashRow } from '../../../src-main/shell/crashes'

it('counts crashes soon after a start, and begins anew after one that ran for half a minute', () => {
  let time = 1000
  const row = crashRow(() => time)
  const crashAfter = (aliveMs: number): number => {
    row.started()
    time += aliveMs
    return row.crashed()
  }
  expect([crashAfter(0), crashAfter(500), crashAfter(30_000)]).toEqual([1, 2, 3])
  expect(crashAfter(30_001)).toBe(1)
  // Only the time since the last start counts, not since the last crash.
  time += 600_000
  expect(crashAfter(100)).toBe(2)
})
