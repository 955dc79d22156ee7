import { beforeAll, describe, expect, it } from 'vitest'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { Engine } from '../../src-main/engine/runtime/engine'
import { WeightLayout } from '../../src-main/engine/layout'
import type { Tokens } from '../../src-main/engine/train-step'
import { readAll } from '../../src-main/engine/tensor-stream'
import { shardsOf } from '../../src-main/plan/execution'
import { batchOf, largestDifference, lossesOf, open, specOf, stepFor, tinyConfig } from './engine-fixture'

/** Steps in XLA compute the halves of a batch at the same time; a plain graph computes the whole: both are the same step. */

let engine: Engine

beforeAll(async () => {
  engine = await open('tensorflow')
})

/** In how many shards a step in XLA computes the batch. */
const shardsFor = (config: RunConfig): number => shardsOf(config, new WeightLayout(specOf(config).model.weights).size)

describe('a step in XLA', () => {
  const small = { nLayer: 1, learningRate: 1e-2 } as const

  it.each([
    ['llama, with Muon', tinyConfig({ ...small, model: 'llama', optimizer: 'muon' })],
    ['gpt, in micro-batches', tinyConfig({ ...small, batchSize: 8, accumulation: 2 })],
    ['lstm, in micro-batches', tinyConfig({ ...small, model: 'lstm', batchSize: 8, accumulation: 2 })],
    ['gpt, computing blocks again', tinyConfig({ ...small, activationCheckpointing: 'on' })],
  ])('is in halves what it is with the whole batch: %s', { timeout: 120_000 }, async (_, config) => {
    expect(shardsFor(config)).toBe(2)
    const whole = await lossesOf(await stepFor(engine, config, 'graph'), config, 3)
    const inHalves = await lossesOf(await stepFor(engine, config, 'xla'), config, 3)
    expect(largestDifference(whole, inHalves)).toBeLessThan(1e-5)
  })

  const dropping = { ...small, dropout: 0.3 }

  it.each(['gpt', 'lstm'] as const)('drops differently in each half: %s', { timeout: 120_000 }, async (model) => {
    const three = tinyConfig({ ...dropping, model, batchSize: 3 })
    const six = { ...three, batchSize: 6 }
    const { x, y } = batchOf(three, 1)
    const twice = { x: Int32Array.of(...x, ...x), y: Int32Array.of(...y, ...y) }
    const lossOf = async (config: RunConfig, batch: Tokens): Promise<number> => {
      const step = await stepFor(engine, config, 'xla')
      await step.run({ step: 1, learningRate: 0, batch })
      return (await step.readMetrics()).lossNats
    }
    const off = { dropout: 0 }
    expect(await lossOf({ ...six, ...off }, twice)).toBeCloseTo(await lossOf({ ...three, ...off }, { x, y }), 6)
    // The first half drops as three rows do that are not halved.
    const difference = Math.abs((await lossOf(six, twice)) - (await lossOf(three, { x, y })))
    expect(difference).toBeGreaterThan(1e-4)
  })

  it('is the same to the bit when it is computed again', { timeout: 120_000 }, async () => {
    const config = tinyConfig({ ...dropping, batchSize: 8, accumulation: 2 })
    const [first, second] = [await stepFor(engine, config, 'xla'), await stepFor(engine, config, 'xla')]
    expect(await lossesOf(second, config, 5)).toEqual(await lossesOf(first, config, 5))
    expect(await readAll(second.tensors.optimizer)).toEqual(await readAll(first.tensors.optimizer))
  })

  it('leaves an odd batch whole', async () => {
    for (const config of [tinyConfig({ batchSize: 3 }), tinyConfig({ batchSize: 6, accumulation: 2 })]) {
      expect(shardsFor(config)).toBe(1)
      const whole = await lossesOf(await stepFor(engine, config, 'graph'), config, 3)
      expect(largestDifference(whole, await lossesOf(await stepFor(engine, config, 'xla'), config, 3))).toBeLessThan(
        1e-5,
      )
    }
  })
})
