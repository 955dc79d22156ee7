import { expect, it } from 'vitest'
import { shardsOf } from '../../../src-main/plan/execution'

const gpt = { batchSize: 4, accumulation: 1, blockSize: 256 }

it('halves a batch that has enough tokens for its weights', () => {
  expect(shardsOf(gpt, 10_700_000)).toBe(2)
  expect(shardsOf({ ...gpt, batchSize: 2 }, 10_700_000)).toBe(1)
})

it('counts the rows that are computed at once', () => {
  expect(shardsOf({ ...gpt, batchSize: 8, accumulation: 4 }, 10_700_000)).toBe(1)
  expect(shardsOf({ ...gpt, batchSize: 12, accumulation: 4 }, 1000)).toBe(1)
  expect(shardsOf({ ...gpt, batchSize: 1 }, 1000)).toBe(1)
})
