import { expect, it } from 'vitest'
import { leastFactor, loweredFactor } from '../../../src-main/plan/rollback'

/** What is left of the learning rate after each time that a run goes off course, until it gives up. */
function factorsFrom(start: number): number[] {
  const factors: number[] = []
  for (let factor = loweredFactor(start); factor >= leastFactor(start); factor = loweredFactor(factor))
    factors.push(factor)
  return factors
}

it('a run gives up after three, one that goes on after that after three more', () => {
  expect(factorsFrom(1)).toEqual([1 / 3, 1 / 9, 1 / 27].map((factor) => expect.closeTo(factor, 12) as number))
  expect(factorsFrom(1 / 9)).toHaveLength(1)
  expect(factorsFrom(1 / 81)).toHaveLength(3)
})
