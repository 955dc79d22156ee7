import { expect, it } from 'vitest'
import { runLimits, withDefaults } from '../../../src-preload/contract/limits'
import { storedRunConfig } from '../../../src-preload/contract/records/run-config'

it('completes a config that an earlier version stored, and keeps what it says', () => {
  const { optimizer, matrixLearningRate, ...before } = withDefaults({ nLayer: 7 }) as Record<string, unknown>
  expect([optimizer, matrixLearningRate]).toEqual(['adamw', 0.02])
  expect(storedRunConfig.parse(before)).toMatchObject({ nLayer: 7, optimizer: runLimits.optimizer.default })
  expect(storedRunConfig.safeParse({ ...before, nLayer: 'many' }).success).toBe(false)
  expect(storedRunConfig.safeParse('text').success).toBe(false)
})
