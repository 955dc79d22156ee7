import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { Precision } from '../../src-preload/contract/records/steps'
import type { TensorData } from '../../src-main/engine/ops'
import { initialWeights } from '../model'
import type { Engine } from '../../src-main/engine/runtime/engine'
import type { TrainStep } from '../../src-main/engine/train-step'
import { openTensorFlowBackend, type TensorFlowBackend } from '../../src-main/engine/runtime/tensorflow/backend'
import { readAll } from '../../src-main/engine/tensor-stream'
import { tensorflowDir } from '../tensorflow-dir'
import {
  batchOf,
  expectOneCallAStep,
  closedAtEnd,
  open,
  specOf,
  stepFor,
  tinyConfig,
  vocabSize,
} from './engine-fixture'

let engine: Engine
let wasm: Engine
let dumpDir = ''
let backend: TensorFlowBackend

beforeAll(async () => {
  dumpDir = await mkdtemp(join(tmpdir(), 'homegrown-xla-'))
  // Read when the library loads: XLA then writes down how it divides the memory.
  process.env['XLA_FLAGS'] = `--xla_dump_to=${dumpDir}`
  wasm = await open('wasm')
  engine = await open('tensorflow')
  backend = await openTensorFlowBackend(tensorflowDir())
})

afterAll(() => rm(dumpDir, { recursive: true, force: true }))

async function recordedStep(config: RunConfig, compile: 'graph' | 'xla', precision: Precision): Promise<TrainStep> {
  const step = closedAtEnd(await engine.compileStep(specOf(config), { compile, precision }))
  step.writeWeights(movedOffZero(initialWeights(config, vocabSize, config.seed)))
  return step
}

/** What starts at 0 hides the gradient of what is before it. */
function movedOffZero(weights: ReadonlyMap<string, TensorData>): ReadonlyMap<string, TensorData> {
  for (const { data } of weights.values()) {
    if (data.every((value) => value === 0)) data.forEach((_, i) => (data[i] = 0.02 * Math.sin(i)))
  }
  return weights
}

/** A first moment after the first step is the gradient times 1 − beta1. */
async function gradientOf(step: TrainStep, config: RunConfig): Promise<number[]> {
  await step.run({ step: 1, learningRate: config.learningRate, batch: batchOf(config, 1) })
  return [...(await readAll(step.tensors.optimizer))]
    .filter(([name]) => !name.startsWith('exp_avg_sq'))
    .flatMap(([, { data }]) => [...data])
}

function relativeDifference(a: readonly number[], b: readonly number[]): number {
  const length = (numbers: readonly number[]): number => Math.hypot(...numbers)
  return length(a.map((value, i) => value - (b[i] ?? NaN))) / length(b)
}

const on = { activationCheckpointing: 'on' } as const

describe.each(['gpt', 'llama'] as const)('a %s that computes its blocks again', (model) => {
  const config = tinyConfig({ model, batchSize: 8, gradClip: 0, dropout: 0.2 })

  it.each([1, 4])('has the same gradient bit for bit, as a plain graph: %i part(s)', async (accumulation) => {
    const inParts = { ...config, accumulation }
    for (const precision of ['float32', 'bfloat16'] as const) {
      const kept = await gradientOf(await recordedStep(inParts, 'graph', precision), inParts)
      const again = await gradientOf(await recordedStep({ ...inParts, ...on }, 'graph', precision), inParts)
      expect(Math.hypot(...kept)).toBeGreaterThan(0)
      expect(again).toEqual(kept)
    }
  })

  // The two precisions by turns: XLA takes seconds for each.
  it('has the same gradient up to the order of sums, with XLA', async () => {
    const precision = model === 'gpt' ? 'float32' : 'bfloat16'
    const kept = await gradientOf(await recordedStep(config, 'xla', precision), config)
    const again = await gradientOf(await recordedStep({ ...config, ...on }, 'xla', precision), config)
    expect(relativeDifference(again, kept)).toBeLessThan(1e-6)
  })

  it('has the same gradient bit for bit, with WASM', async () => {
    const kept = await gradientOf(await stepFor(wasm, config), config)
    expect(await gradientOf(await stepFor(wasm, { ...config, ...on }), config)).toEqual(kept)
  })
})

/** The most that this process holds while the steps run: they run on another thread. */
async function peakDuring(step: TrainStep, config: RunConfig): Promise<number> {
  let peak = 0
  const look = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 1)
  for (let i = 1; i <= 2; i++) await step.run({ step: i, learningRate: 1e-4, batch: batchOf(config, i) })
  clearInterval(look)
  return peak
}

/** 12 blocks, each with some 30 MB to keep. */
const deep = tinyConfig({ nLayer: 12, nHead: 4, nEmbd: 64, blockSize: 128, batchSize: 32 })

it('needs a fraction of the memory: plain graph', async () => {
  const again = await recordedStep({ ...deep, ...on }, 'graph', 'float32')
  const kept = await recordedStep(deep, 'graph', 'float32')
  const before = process.memoryUsage.rss()
  // In this order: the allocator keeps what it once had.
  const peaks = { again: await peakDuring(again, deep), kept: await peakDuring(kept, deep) }
  expect(peaks.again - before).toBeLessThan(0.6 * (peaks.kept - before))
})

/** What XLA sets apart for the gradient of half a batch, of the training step that was compiled last, in bytes. */
async function temporaryBytes(): Promise<number> {
  const names = (await readdir(dumpDir))
    .filter((name) => /training_gradient.*buffer-assignment\.txt$/.test(name))
    .sort()
  const text = await readFile(join(dumpDir, names.at(-1) ?? ''), 'utf8')
  return Number(/size (\d+), preallocated-temp/.exec(text)?.[1])
}

it('needs a fraction of the memory: XLA', async () => {
  const config = { ...deep, nLayer: 5, batchSize: 4 }
  await recordedStep(config, 'xla', 'float32')
  const kept = await temporaryBytes()
  await recordedStep({ ...config, ...on }, 'xla', 'float32')
  expect(await temporaryBytes()).toBeLessThan(0.5 * kept)
})

it('needs a fraction of the memory: WASM', async () => {
  const config = { ...deep, nLayer: 6, batchSize: 4 }
  const peakOf = async (config: RunConfig): Promise<number> => {
    const step = await stepFor(wasm, config)
    wasm.activate()
    const before = tf.memory().numBytes
    const { peakBytes } = await tf.profile(async () => {
      await step.run({ step: 1, learningRate: 1e-4, batch: batchOf(config, 1) })
      return []
    })
    return peakBytes - before
  }
  const kept = await peakOf(config)
  expect(await peakOf({ ...config, ...on })).toBeLessThan(0.5 * kept)
})

it('makes one native call a step, and keeps no tensor of it', async () => {
  await expectOneCallAStep(backend, engine, tinyConfig({ dropout: 0.1, ...on }))
})
