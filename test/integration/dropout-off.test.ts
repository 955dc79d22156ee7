import { beforeAll, expect, it } from 'vitest'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { Tier } from '../../src-preload/contract/records/steps'
import { drawnWeights } from '../../src-main/engine/model/init'
import { packRates, ratesAt } from '../../src-main/engine/optim/rates'
import { WeightLayout } from '../../src-main/engine/layout'
import { openTensorFlowBackend, type TensorFlowBackend } from '../../src-main/engine/runtime/tensorflow/backend'
import { keepsAll } from '../../src-main/engine/runtime/tensorflow/dropout-mask'
import { dtypes, numbersOf } from '../../src-main/engine/runtime/tensorflow/dtypes'
import { recordTrainingStep } from '../../src-main/engine/runtime/tensorflow/functions'
import { inOrder } from '../../src-main/engine/runtime/tensorflow/step-recording'
import { Variable } from '../../src-main/engine/runtime/tensorflow/variables'
import { tensorflowDir } from '../tensorflow-dir'
import { batchOf, specOf, tinyConfig } from './engine-fixture'

/** A plain graph and XLA draw other masks: what a trial compares must not depend on them. */

let backend: TensorFlowBackend
beforeAll(async () => {
  backend = await openTensorFlowBackend(tensorflowDir())
})

/** Losses of a first step from the initial weights, one for each key. */
function lossesOf(config: RunConfig, tier: Tier, keys: readonly bigint[]): number[] {
  const { context } = backend
  const spec = specOf(config)
  const layout = new WeightLayout(spec.model.weights, () => false)
  const { name } = recordTrainingStep(backend, spec, layout, { tier, precision: 'float32' })
  const { x, y } = batchOf(config, 1)
  return keys.map((key) => {
    const variables = (): Variable[] => layout.vectors.map(({ size }) => new Variable(context, [size]))
    const state = { weights: variables(), expAvg: variables(), expAvgSq: variables() }
    layout.pack(drawnWeights(spec.model.weights, config.seed)).forEach((flat, i) => state.weights[i]?.write(flat))
    const rates = packRates(ratesAt(spec.optimizer, 1, 1e-3))
    const feeds = [
      ...[x, y].map((tokens) => context.newHandle(dtypes.int32, [config.batchSize, config.blockSize], tokens)),
      context.newHandle(dtypes.float32, [rates.length], rates),
      context.newHandle(dtypes.uint64, [1], BigInt64Array.of(key)),
    ]
    const outputs = context.execute(name, [...feeds, ...inOrder(state).map(({ handle }) => handle)], 1)
    const [loss = NaN] = outputs.flatMap((output) => [...numbersOf(dtypes.float32, context.read(output))]) as number[]
    context.release([...feeds, ...outputs])
    for (const variable of inOrder(state)) variable.destroy()
    return loss
  })
}

it.each([
  ['gpt, in halves', { model: 'gpt', batchSize: 2 }],
  ['lstm, in micro-batches', { model: 'lstm', batchSize: 4, accumulation: 2 }],
] as const)(
  '%s, half of everything dropped: only with all kept the loss is that of every way',
  { timeout: 120_000 },
  (_, change) => {
    const config = tinyConfig({ nLayer: 1, dropout: 0.5, ...change })
    const keys = [1n, 2n, 1n | keepsAll, 2n | keepsAll]
    const [graph, xla] = [lossesOf(config, 'graph', keys), lossesOf(config, 'xla', keys)]
    for (const [first = NaN, second = NaN, kept = NaN, keptToo = NaN] of [graph, xla]) {
      expect(Math.abs(first - second)).toBeGreaterThan(1e-4)
      expect(kept).toBe(keptToo)
    }
    expect(xla[2]).toBeCloseTo(graph[2] ?? NaN, 5)
    expect(Math.abs((xla[0] ?? NaN) - (graph[0] ?? NaN))).toBeGreaterThan(1e-4)
  },
)
