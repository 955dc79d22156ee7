import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { initialWeights } from '../model'
import { composedOps } from '../../src-main/engine/runtime/composed-ops'
import type { Engine } from '../../src-main/engine/runtime/engine'
import { WeightLayout } from '../../src-main/engine/layout'
import type { EngineOps, TensorData } from '../../src-main/engine/ops'
import { backward } from '../../src-main/engine/step'
import type { StepSums } from '../../src-main/engine/step-parts'
import { openTensorFlowBackend, type TensorFlowBackend } from '../../src-main/engine/runtime/tensorflow/backend'
import { dtypes } from '../../src-main/engine/runtime/tensorflow/dtypes'
import { tensorFlowOps } from '../../src-main/engine/runtime/tensorflow/ops'
import { readAll } from '../../src-main/engine/tensor-stream'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { tensorflowDir } from '../tensorflow-dir'
import {
  batchOf,
  countingFirst,
  expectOneCallAStep,
  lossesOf,
  open,
  scored,
  specOf,
  stepFor,
  tinyConfig,
  vocabSize,
} from './engine-fixture'

let engine: Engine
let wasm: Engine
let backend: TensorFlowBackend

beforeAll(async () => {
  wasm = await open('wasm')
  engine = await open('tensorflow')
  backend = await openTensorFlowBackend(tensorflowDir())
})

const meanGradient = ({ gradSums, count }: StepSums<tf.Tensor1D>): tf.Tensor1D =>
  (gradSums[0] as tf.Tensor1D).div(count)

/** The first step's gradient, op by op. */
async function gradientOf(config: RunConfig, ops: EngineOps): Promise<Float32Array> {
  const layout = new WeightLayout(specOf(config).model.weights)
  const gradient = tf.tidy(() => {
    const flats = layout.pack(initialWeights(config, vocabSize, config.seed)).map((flat) => tf.tensor1d(flat))
    const batch = batchOf(config, 1)
    const shape: [number, number] = [config.batchSize, config.blockSize]
    const [x, y] = [tf.tensor2d(batch.x, shape, 'int32'), tf.tensor2d(batch.y, shape, 'int32')]
    return meanGradient(backward({ spec: specOf(config), layout, ops }, flats, { x, y }))
  })
  const values = await gradient.data<'float32'>()
  gradient.dispose()
  return values
}

function relativeDifference(a: Float32Array, b: Float32Array): number {
  const difference = a.reduce((sum, value, i) => sum + (value - (b[i] ?? NaN)) ** 2, 0)
  return Math.sqrt(difference / b.reduce((sum, value) => sum + value ** 2, 0))
}

const dataOf = (state: ReadonlyMap<string, TensorData>): number[] =>
  [...state.values()].flatMap(({ data }) => [...data])

const models = ['gpt', 'llama', 'lstm'] as const

describe.each(models)('a %s step in parts', (model) => {
  const config = tinyConfig({ model, batchSize: 8, gradClip: 0, learningRate: 1e-2 })

  it.each([2, 4, 8])('has the gradient of the whole batch: %i parts', async (accumulation) => {
    engine.activate()
    const whole = await gradientOf(config, tensorFlowOps(backend, null))
    const inParts = await gradientOf({ ...config, accumulation }, tensorFlowOps(backend, null))
    expect(inParts).not.toEqual(whole)
    expect(relativeDifference(inParts, whole)).toBeLessThan(1e-6)
  })

  it.each(['graph', 'xla'] as const)('learns as with the whole batch, and evaluates the same: %s', async (compile) => {
    const whole = await stepFor(engine, config, 'graph')
    const inParts = await stepFor(engine, { ...config, accumulation: 4 }, compile)
    const expected = await lossesOf(whole, config, 3)
    for (const [i, loss] of (await lossesOf(inParts, config, 3)).entries())
      expect(loss).toBeCloseTo(expected[i] ?? NaN, 5)
    const scores = await Promise.all(
      [whole, inParts].map((step) => scored(step, countingFirst(batchOf(config, 9), 37))),
    )
    expect(scores[1]?.lossNats).toBeCloseTo(scores[0]?.lossNats ?? NaN, 3)
    expect(scores[1]?.correct).toBe(scores[0]?.correct)
  })

  it('goes on bit for bit where it was stopped, with dropout', async () => {
    const dropping = { ...config, dropout: 0.2, accumulation: 4 }
    const uninterrupted = await stepFor(engine, dropping)
    await lossesOf(uninterrupted, dropping, 4)
    const stopped = await stepFor(engine, dropping)
    await lossesOf(stopped, dropping, 2)
    const resumed = await stepFor(engine, dropping)
    resumed.writeWeights(await stopped.readWeights())
    resumed.writeOptimizer(await readAll(stopped.tensors.optimizer))
    await lossesOf(resumed, dropping, 2, 2)
    expect(dataOf(await resumed.readWeights())).toEqual(dataOf(await uninterrupted.readWeights()))
    expect(dataOf(await readAll(resumed.tensors.optimizer))).toEqual(
      dataOf(await readAll(uninterrupted.tensors.optimizer)),
    )
  })

  it('records what it computes op by op, dropout included', async () => {
    const dropping = { ...config, dropout: 0.3, accumulation: 4 }
    const [recorded] = await lossesOf(await stepFor(engine, dropping), dropping, 1)
    engine.activate()
    const key = backend.binding.createTensor([1], dtypes.uint64, BigInt64Array.of((BigInt(config.seed) << 32n) | 1n))
    const layout = new WeightLayout(specOf(dropping).model.weights)
    const loss = tf.tidy(() => {
      const flats = layout.pack(initialWeights(dropping, vocabSize, dropping.seed)).map((flat) => tf.tensor1d(flat))
      const batch = batchOf(dropping, 1)
      const shape: [number, number] = [dropping.batchSize, dropping.blockSize]
      const ops = tensorFlowOps(backend, { key })
      const [x, y] = [tf.tensor2d(batch.x, shape, 'int32'), tf.tensor2d(batch.y, shape, 'int32')]
      const { lossSum, count } = backward({ spec: specOf(dropping), layout, ops }, flats, { x, y })
      return lossSum.div(count)
    })
    backend.binding.deleteTensor(key)
    expect(recorded).toBeCloseTo(loss.dataSync()[0] ?? NaN, 6)
    loss.dispose()
  })

  it('computes the same with WASM', async () => {
    const inParts = { ...config, accumulation: 4 }
    const expected = await lossesOf(await stepFor(engine, inParts), inParts, 3)
    const losses = await lossesOf(await stepFor(wasm, inParts), inParts, 3)
    for (const [i, loss] of losses.entries()) expect(loss).toBeCloseTo(expected[i] ?? NaN, 5)
  })
})

describe('dropout masks of the parts', () => {
  /** Masks of a loop's steps at one place of the model. */
  const masksOf = (ops: EngineOps): number[][] =>
    tf.tidy(() => {
      const { outputs } = ops.scan({
        length: 3,
        reverse: false,
        carry: [],
        inputs: [tf.ones([3, 1000])],
        constants: [],
        step: (_, [ones], __, ops) => ({ carry: [], outputs: [ops.dropout(ones as tf.Tensor2D, 0.5, 2)] }),
      })
      return (outputs[0] as tf.Tensor2D).arraySync()
    })

  it('differ, and the first is that of no parts: op by op', () => {
    engine.activate()
    const key = backend.binding.createTensor([1], dtypes.uint64, [7])
    const onTensorFlow = tensorFlowOps(backend, { key })
    const [inNone] = tf.tidy(() => onTensorFlow.dropout(tf.ones<tf.Rank.R2>([1, 1000]), 0.5, 2).arraySync())
    const masks = masksOf(onTensorFlow)
    backend.binding.deleteTensor(key)
    expect(masks[0]).toEqual(inNone)
    expect(new Set(masks.map(String)).size).toBe(3)
  })

  it('differ, and the first is that of no parts: composed', () => {
    wasm.activate()
    const composed = composedOps({ seed: 3, step: 7 })
    const masks = masksOf(composed)
    const [inNone] = tf.tidy(() => composed.dropout(tf.ones<tf.Rank.R2>([1, 1000]), 0.5, 2).arraySync())
    expect(masks[0]).toEqual(inNone)
    expect(new Set(masks.map(String)).size).toBe(3)
  })
})

it('makes one native call a step, and keeps no tensor of it', async () => {
  await expectOneCallAStep(backend, engine, tinyConfig({ dropout: 0.1, accumulation: 4 }))
})
