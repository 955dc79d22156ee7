import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { Engine } from '../../src-main/engine/runtime/engine'
import * as definition from '../../src-main/engine/step'
import { batchOf, countingFirst, scored, stepFor, tinyConfig } from './engine-fixture'

export interface Way {
  readonly name: string
  readonly engine: () => Promise<Engine>
  readonly compile: 'graph' | 'xla'
  readonly change?: Partial<RunConfig>
}

/**
 * Every engine computes the step that step.ts defines: its three parts, and their composition. The test file watches them by
 * `vi.mock` and `watched`.
 */
export function expectOneStep(ways: readonly Way[]): void {
  beforeEach(() => {
    vi.clearAllMocks()
  })

  describe.each(ways)('the step $name', ({ engine, compile, change }) => {
    it('is the one of step.ts', { timeout: 120_000 }, async () => {
      const config = tinyConfig({ nLayer: 1, ...change })
      const opened = await engine()
      // WebGPU tries a few steps of its own when it is opened.
      vi.clearAllMocks()
      const step = await stepFor(opened, config, compile)
      await step.run({ step: 1, learningRate: 1e-3, batch: batchOf(config, 1) })
      await step.readMetrics()
      for (const part of [definition.runStep, definition.backward, definition.update])
        expect(part).toHaveBeenCalledOnce()
    })

    it('counts the tokens that count, however they lie', { timeout: 120_000 }, async () => {
      const config = tinyConfig({ nLayer: 1, learningRate: 0, ...change })
      const batch = countingFirst(batchOf(config, 1), 11)
      const step = await stepFor(await engine(), config, compile)
      const { lossNats } = await scored(step, batch)
      await step.run({ step: 1, learningRate: 0, batch })
      expect((await step.readMetrics()).lossNats).toBeCloseTo(lossNats / 11, 5)
    })

    it('changes nothing where no token counts', { timeout: 120_000 }, async () => {
      const config = tinyConfig({ nLayer: 1, weightDecay: 0, ...change })
      const step = await stepFor(await engine(), config, compile)
      const before = await step.readWeights()
      await step.run({ step: 1, learningRate: 1e-2, batch: countingFirst(batchOf(config, 1), 0) })
      expect(await step.readMetrics()).toEqual({ lossNats: 0, gradNorm: 0 })
      expect(await step.readWeights()).toEqual(before)
    })
  })
}
