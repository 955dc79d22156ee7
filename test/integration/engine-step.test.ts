import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { forwardOf, initialWeights } from '../model'
import { optimizeWith } from '../../src-main/engine/optim/optimizer'
import { packRates, ratesAt, unpackRates } from '../../src-main/engine/optim/rates'
import type { Engine } from '../../src-main/engine/runtime/engine'
import { logitsOf } from '../../src-main/engine/layers/head'
import type { TensorData } from '../../src-main/engine/ops'
import { WeightLayout } from '../../src-main/engine/layout'
import { wholeStep } from '../../src-main/engine/whole-step'
import { openTensorFlowBackend, type TensorFlowBackend } from '../../src-main/engine/runtime/tensorflow/backend'
import { dtypes } from '../../src-main/engine/runtime/tensorflow/dtypes'
import { tensorFlowOps } from '../../src-main/engine/runtime/tensorflow/ops'
import { readAll } from '../../src-main/engine/tensor-stream'
import { tensorflowDir } from '../tensorflow-dir'
import {
  batchOf,
  closedAtEnd,
  compiled,
  countingFirst,
  largestDifference,
  lossesOf,
  open,
  scored,
  specOf,
  stepFor,
  tinyConfig,
  vocabSize,
} from './engine-fixture'

let engine: Engine
let backend: TensorFlowBackend

beforeAll(async () => {
  engine = await open('tensorflow')
  backend = await openTensorFlowBackend(tensorflowDir())
})

/** The same training step op by op on the same library: what recording must not change. */
function eagerLosses(config: ReturnType<typeof tinyConfig>, count: number, pieces = vocabSize): number[] {
  const spec = specOf(config, pieces)
  const layout = new WeightLayout(spec.model.weights)
  let state = tf.tidy(() => {
    const [packed] = layout.pack(initialWeights(config, pieces, config.seed))
    const weights = tf.tensor1d(packed as Float32Array)
    return { weights, expAvg: tf.zerosLike(weights), expAvgSq: tf.zerosLike(weights) }
  })
  const losses: number[] = []
  for (let step = 1; step <= count; step++) {
    const key = backend.binding.createTensor(
      [1],
      dtypes.uint64,
      BigInt64Array.of((BigInt(config.seed) << 32n) | BigInt(step)),
    )
    const old = state
    const result = tf.tidy(() => {
      const batch = batchOf(config, step)
      const shape: [number, number] = [config.batchSize, config.blockSize]
      const [x, y] = [tf.tensor2d(batch.x, shape, 'int32'), tf.tensor2d(batch.y, shape, 'int32')]
      const rates = packRates(ratesAt(spec.optimizer, step, config.learningRate))
      const optimize = optimizeWith(unpackRates(tf.tensor1d(rates)))
      const context = { spec, layout, ops: tensorFlowOps(backend, { key }) }
      const next = wholeStep(context, { state: [old], batch: { x, y }, optimize })
      return { ...(next.state[0] as typeof old), metrics: next.metrics }
    })
    tf.dispose([old.weights, old.expAvg, old.expAvgSq])
    backend.binding.deleteTensor(key)
    losses.push(result.metrics.dataSync()[0] ?? NaN)
    result.metrics.dispose()
    state = result
  }
  tf.dispose([state.weights, state.expAvg, state.expAvgSq])
  return losses
}

it('compiles a long LSTM with XLA, which does not unroll its loop over time', { timeout: 120_000 }, async () => {
  const config = tinyConfig({ model: 'lstm', nLayer: 2, blockSize: 512, batchSize: 2, learningRate: 1e-2 })
  const xla = await lossesOf(await stepFor(engine, config, 'xla'), config, 2)
  expect(largestDifference(xla, eagerLosses(config, 2))).toBeLessThan(1e-5)
})

/** Large enough for a vector of their own: the table, and matrices between layers. */
const large = [
  ['gpt, a table', tinyConfig({ nLayer: 1, learningRate: 1e-2 }), 32_768],
  ['gpt, in micro-batches', tinyConfig({ nLayer: 1, learningRate: 1e-2, accumulation: 2 }), 32_768],
  ['llama, matrices', tinyConfig({ model: 'llama', optimizer: 'adamw', nLayer: 1, nEmbd: 384 }), vocabSize],
  ['llama with Muon, a table', tinyConfig({ model: 'llama', optimizer: 'muon', nLayer: 1 }), 32_768],
] as const

describe.each(large)('a step with large weights: %s', (_, config, pieces) => {
  it.each(['graph', 'xla'] as const)('is what it is with all in one vector: %s', async (compile) => {
    const step = await stepFor(engine, config, compile, pieces)
    expect(largestDifference(await lossesOf(step, config, 3), eagerLosses(config, 3, pieces))).toBeLessThan(1e-5)
  })

  it('gives back what it was given, and goes on from it', async () => {
    const [first, second] = [
      await stepFor(engine, config, 'graph', pieces),
      await stepFor(engine, config, 'graph', pieces),
    ]
    expect(await first.readWeights()).toEqual(initialWeights(config, pieces, config.seed))
    await lossesOf(first, config, 2)
    second.writeWeights(await first.readWeights())
    second.writeOptimizer(await readAll(first.tensors.optimizer))
    expect(await readAll(second.tensors.optimizer)).toEqual(await readAll(first.tensors.optimizer))
    expect(await lossesOf(second, config, 2, 2)).toEqual(await lossesOf(first, config, 2, 2))
  })
})

it('computes large matrices of Muon with products in bfloat16 in XLA', { timeout: 120_000 }, async () => {
  const config = tinyConfig({ model: 'llama', optimizer: 'muon', nLayer: 1, nEmbd: 384, learningRate: 1e-3 })
  const step = closedAtEnd(await engine.compileStep(specOf(config), { compile: 'xla', precision: 'bfloat16' }))
  step.writeWeights(initialWeights(config, vocabSize, config.seed))
  const exact = await lossesOf(await stepFor(engine, config), config, 3)
  expect(largestDifference(await lossesOf(step, config, 3), exact)).toBeLessThan(0.02)
})

describe.each(['gpt', 'llama', 'lstm'] as const)('the recorded step of a %s', (model) => {
  const config = tinyConfig({ model, learningRate: 1e-2 })

  it('computes what the same step computes op by op, dropout included', async () => {
    const dropping = { ...config, dropout: 0.2 }
    const graph = await lossesOf(await stepFor(engine, dropping, 'graph'), dropping, 3)
    expect(largestDifference(graph, eagerLosses(dropping, 3))).toBeLessThan(1e-6)
  })

  it('computes the same compiled with XLA', async () => {
    const graph = await lossesOf(await stepFor(engine, config, 'graph'), config, 10)
    const xla = await lossesOf(await stepFor(engine, config, 'xla'), config, 10)
    expect(largestDifference(graph, xla)).toBeLessThan(1e-5)
  })

  it.each(['graph', 'xla'] as const)('computes nearly the same with products in bfloat16: %s', async (compile) => {
    const exact = await lossesOf(await stepFor(engine, config, 'graph'), config, 20)
    const rounded = await engine.compileStep(specOf(config), { compile, precision: 'bfloat16' })
    closedAtEnd(rounded)
    rounded.writeWeights(initialWeights(config, vocabSize, config.seed))
    const losses = await lossesOf(rounded, config, 20)
    expect(losses).not.toEqual(exact)
    expect(largestDifference(losses, exact)).toBeLessThan(0.02)
  })

  it('starts at the loss of guessing, ln(vocabulary)', async () => {
    const [first] = await lossesOf(await stepFor(engine, config), config, 1)
    expect(Math.abs((first ?? NaN) - Math.log(vocabSize))).toBeLessThan(0.1)
  })

  it('learns one batch by heart', async () => {
    const step = await stepFor(engine, { ...config, weightDecay: 0 })
    for (let i = 1; i <= 300; i++) await step.run({ step: i, learningRate: 1e-2, batch: batchOf(config, 1) })
    expect((await step.readMetrics()).lossNats).toBeLessThan(0.1)
  })

  it('reports the mean loss of the batch, and evaluates the same', async () => {
    const step = await stepFor(engine, config)
    const batch = batchOf(config, 1)
    const count = batch.x.length
    const whole = await scored(step, batch)
    await step.run({ step: 1, learningRate: config.learningRate, batch })
    expect((await step.readMetrics()).lossNats).toBeCloseTo(whole.lossNats / count, 5)
  })

  it('counts in an evaluation only the tokens it is told to: two halves are the whole', async () => {
    const step = await stepFor(engine, config)
    const batch = batchOf(config, 1)
    const half = batch.x.length / 2
    const swapped = (tokens: Int32Array): Int32Array => Int32Array.of(...tokens.slice(half), ...tokens.slice(0, half))
    const whole = await scored(step, batch)
    const first = await scored(step, countingFirst(batch, half))
    const second = await scored(step, countingFirst({ x: swapped(batch.x), y: swapped(batch.y) }, half))
    expect(first.lossNats + second.lossNats).toBeCloseTo(whole.lossNats, 3)
    expect(first.correct + second.correct).toBe(whole.correct)
  })
})

describe('a step whose loss is no number', () => {
  it.each(['graph', 'xla'] as const)('changes nothing, %s', async (compile) => {
    const config = tinyConfig({ dropout: 0 })
    const step = await compiled(engine, config, compile)
    await step.run({ step: 1, learningRate: 1e-3, batch: batchOf(config, 1) })
    const good = await step.readWeights()
    const [name, first] = [...good][0] as [string, TensorData]
    const broken = Float32Array.from(first.data).fill(NaN, 0, 1)
    step.writeWeights(new Map([...good, [name, { shape: first.shape, data: broken }]]))
    const before = { weights: await step.readWeights(), moments: await readAll(step.tensors.optimizer) }
    await step.run({ step: 2, learningRate: 1e-3, batch: batchOf(config, 2) })
    const { lossNats, gradNorm } = await step.readMetrics()
    expect(Number.isFinite(lossNats) && Number.isFinite(gradNorm)).toBe(false)
    expect({ weights: await step.readWeights(), moments: await readAll(step.tensors.optimizer) }).toEqual(before)
    step.writeWeights(good)
    await step.run({ step: 2, learningRate: 1e-3, batch: batchOf(config, 2) })
    expect(Number.isFinite((await step.readMetrics()).lossNats)).toBe(true)
    expect(await step.readWeights()).not.toEqual(good)
    step.close()
  })
})

describe('evaluation', () => {
  it('equals a computation by hand', async () => {
    const config = tinyConfig()
    const step = await stepFor(engine, config)
    const batch = batchOf(config, 1)
    const counted = 19
    const score = await scored(step, countingFirst(batch, counted))
    const weights = new Map(
      Array.from(await step.readWeights(), ([name, { shape, data }]) => [name, tf.tensor(data, [...shape], 'float32')]),
    )
    const logits = tf.tidy(() => {
      const x = tf.tensor2d(batch.x, [config.batchSize, config.blockSize], 'int32')
      return logitsOf(forwardOf(config)(weights, x, engine.ops)).arraySync()
    })
    tf.dispose([...weights.values()])
    let lossNats = 0
    let correct = 0
    for (const [i, row] of logits.slice(0, counted).entries()) {
      const target = batch.y[i] ?? -1
      lossNats += Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0)) - (row[target] ?? NaN)
      if (row.indexOf(Math.max(...row)) === target) correct++
    }
    expect(score.lossNats).toBeCloseTo(lossNats, 4)
    expect(score.correct).toBe(correct)
  })
})

describe('dropout', () => {
  it('acts in training and not in evaluation', async () => {
    const config = tinyConfig({ dropout: 0.5 })
    const step = await stepFor(engine, config)
    const batch = batchOf(config, 1)
    const trained: number[] = []
    // A learning rate of 0 leaves the weights alone: only the masks differ.
    for (let i = 1; i <= 3; i++) {
      await step.run({ step: i, learningRate: 0, batch })
      trained.push((await step.readMetrics()).lossNats)
    }
    expect(new Set(trained).size).toBe(3)
    await step.run({ step: 2, learningRate: 0, batch })
    expect((await step.readMetrics()).lossNats).toBe(trained[1])
    const evaluated = [await scored(step, batch), await scored(step, batch)]
    expect(evaluated[0]).toEqual(evaluated[1])
    const plain = await stepFor(engine, { ...config, dropout: 0 })
    expect(await scored(plain, batch)).toEqual(evaluated[0])
  })
})

describe('the loop around it', () => {
  it('makes one native call a step', async () => {
    const config = tinyConfig()
    const step = await stepFor(engine, config)
    await step.run({ step: 1, learningRate: 1e-3, batch: batchOf(config, 1) })
    const before = backend.context.executed
    for (let i = 2; i <= 11; i++) await step.run({ step: i, learningRate: 1e-3, batch: batchOf(config, i) })
    expect(backend.context.executed - before).toBeLessThanOrEqual(3 * 10)
    await step.readMetrics()
    expect(backend.context.executed - before).toBe(10)
  })

  it('keeps no tensor of a step', async () => {
    const config = tinyConfig({ dropout: 0.1 })
    const step = await stepFor(engine, config)
    const count = (): number[] => [tf.memory().numTensors, backend.binding.getNumOfTensors()]
    await step.run({ step: 1, learningRate: 1e-3, batch: batchOf(config, 1) })
    await step.evaluate(batchOf(config, 1))
    const before = count()
    for (let i = 2; i <= 501; i++) {
      await step.run({ step: i, learningRate: 1e-3, batch: batchOf(config, i) })
      if (i % 100 === 0) {
        await step.readMetrics()
        await step.evaluate(batchOf(config, i))
      }
    }
    expect(count()).toEqual(before)
  })

  it('lets timers run while a step computes', async () => {
    const config = tinyConfig({ nEmbd: 256, nHead: 4, nLayer: 4, blockSize: 64, batchSize: 16 })
    const step = await stepFor(engine, config)
    const batch = batchOf(config, 1)
    await step.run({ step: 1, learningRate: 1e-3, batch })
    let ticks = 0
    let computing = true
    const tick = (): void => {
      ticks++
      if (computing) setTimeout(tick, 1)
    }
    setTimeout(tick, 1)
    await step.run({ step: 2, learningRate: 1e-3, batch })
    computing = false
    // A blocked loop would tick at most once.
    expect(ticks).toBeGreaterThan(2)
  })
})

describe('auto', () => {
  it('tries what it may, and leaves the state alone while it does', async () => {
    const config = tinyConfig()
    const step = await engine.compileStep(specOf(config), { compile: 'auto', precision: 'auto', plannedSteps: 10_000 })
    closedAtEnd(step)
    step.writeWeights(initialWeights(config, vocabSize, config.seed))
    // Nothing is learned: what changes the loss would be a trial that leaked.
    for (let i = 1; !step.settled && i < 50_000; i++)
      await step.run({ step: i, learningRate: 0, batch: batchOf(config, 1) })
    const ways = step.timings.map(({ tier, precision }) => `${tier} ${precision}`)
    expect(ways).toContain('graph float32')
    expect(ways.some((way) => way.startsWith('xla'))).toBe(true)
    const { tier, precision } = await step.run({ step: 1, learningRate: 1e-3, batch: batchOf(config, 1) })
    const fixed = await engine.compileStep(specOf(config), { compile: tier === 'xla' ? 'xla' : 'graph', precision })
    closedAtEnd(fixed)
    fixed.writeWeights(initialWeights(config, vocabSize, config.seed))
    await fixed.run({ step: 1, learningRate: 1e-3, batch: batchOf(config, 1) })
    expect(await step.readMetrics()).toEqual(await fixed.readMetrics())
  })

  it('starts as a graph and goes on in XLA with the same state', async () => {
    const config = tinyConfig()
    const step = await stepFor(engine, config, 'auto')
    const tiers: string[] = []
    const losses: number[] = []
    for (let i = 1; i <= 5 || (tiers.at(-1) !== 'xla' && i < 50_000); i++) {
      tiers.push((await step.run({ step: i, learningRate: config.learningRate, batch: batchOf(config, i) })).tier)
      losses.push((await step.readMetrics()).lossNats)
    }
    expect(tiers[0]).toBe('graph')
    expect(tiers.at(-1)).toBe('xla')
    expect(tiers.indexOf('xla')).toBe(tiers.length - 1)
    const whole = await lossesOf(await stepFor(engine, config, 'graph'), config, losses.length)
    expect(Math.abs((losses.at(-1) ?? NaN) - (whole.at(-1) ?? NaN))).toBeLessThan(1e-4)
  })
})
