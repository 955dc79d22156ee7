import { describe, expect, it } from 'vitest'
import { asTried, isWorthTrying, triesWays } from '../../../src-main/plan/execution'
import { summarize } from '../../../src-main/plan/summary'
import { withDefaults } from '../../../src-preload/contract/limits'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'

const config = withDefaults({
  compile: 'auto',
  precision: 'auto',
  maxSteps: 5000,
} satisfies Partial<RunConfig>) as RunConfig
const short = { ...config, maxSteps: 500 }

describe('what a run tries', () => {
  it('is worth its time from 400 steps on for each way', () => {
    expect([399, 400].map((steps) => isWorthTrying(1, steps))).toEqual([false, true])
    expect([799, 800].map((steps) => isWorthTrying(2, steps))).toEqual([false, true])
  })

  it('is bfloat16 only where the processor has it and the run is long enough', () => {
    expect(asTried(config, true)).toEqual(config)
    expect(asTried(config, false).precision).toBe('float32')
    expect(asTried(short, true).precision).toBe('float32')
    expect(asTried({ ...short, precision: 'bfloat16' }, true).precision).toBe('bfloat16')
  })

  it('does not depend on the length where there is nothing to choose', () => {
    const fixed = { compile: 'graph', precision: 'float32' } as const
    expect([1, 5000].map((maxSteps) => triesWays({ ...config, ...fixed, maxSteps }))).toEqual([true, true])
  })

  it('needs memory only where it is tried', () => {
    const bytes = (of: RunConfig): number => summarize(asTried(of, true), 1024, 0).memoryBytes
    expect(bytes(short)).toBe(bytes({ ...short, precision: 'float32' }))
    expect(bytes(short)).toBeLessThan(bytes(config))
  })
})
