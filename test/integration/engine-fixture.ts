import * as tf from '@tensorflow/tfjs'
import { afterAll, expect } from 'vitest'
import { withDefaults } from '../../src-preload/contract/limits'
import type { EngineId } from '../../src-preload/contract/records/computer'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { initialWeights } from '../model'
import { stepSpecOf } from '../../src-main/engine/step-spec'
import { RandomStream } from '../../src-main/engine/random'
import { openEngine, type Engine } from '../../src-main/engine/runtime/engine'
import type { TensorFlowBackend } from '../../src-main/engine/runtime/tensorflow/backend'
import type { StepSpec, Tokens, TrainStep } from '../../src-main/engine/train-step'
import { readAll } from '../../src-main/engine/tensor-stream'
import { tensorflowDir } from '../tensorflow-dir'

export const vocabSize = 23

/** A model small enough that a step takes a millisecond. */
export function tinyConfig(overrides: Partial<RunConfig> = {}): RunConfig {
  const tiny: Partial<RunConfig> = { nLayer: 2, nHead: 2, nEmbd: 16, blockSize: 8, batchSize: 4, maxSteps: 50 }
  return withDefaults({ ...tiny, ...overrides }) as RunConfig
}

export function open(engine: EngineId): Promise<Engine> {
  const tensorflowDirs = engine === 'tensorflow' ? [tensorflowDir()] : []
  return openEngine({ engine, tensorflowDirs })
}

export const specOf = (config: RunConfig, pieces = vocabSize): StepSpec => stepSpecOf(config, pieces)

/** A step with the initial weights that the config's seed gives. */
export async function compiled(
  engine: Engine,
  config: RunConfig,
  compile: RunConfig['compile'] = 'graph',
  pieces = vocabSize,
): Promise<TrainStep> {
  const step = await engine.compileStep(specOf(config, pieces), { compile })
  step.writeWeights(initialWeights(config, pieces, config.seed))
  return step
}

const steps: TrainStep[] = []
afterAll(() => {
  for (const step of steps) step.close()
})

/** The step; closed when the tests of the file have ended. */
export function closedAtEnd(step: TrainStep): TrainStep {
  steps.push(step)
  return step
}

/** As `compiled`; closed when the tests of the file have ended. */
export const stepFor = async (...args: Parameters<typeof compiled>): Promise<TrainStep> =>
  closedAtEnd(await compiled(...args))

/** Batches of a text that can be learned: each token mostly follows from the one before. */
export function batchOf(config: RunConfig, step: number): Tokens {
  const random = new RandomStream(config.seed, 'test', step)
  const x = new Int32Array(config.batchSize * config.blockSize)
  const y = new Int32Array(x.length)
  for (let row = 0; row < config.batchSize; row++) {
    let token = random.intBelow(vocabSize)
    for (let t = 0; t < config.blockSize; t++) {
      x[row * config.blockSize + t] = token
      token = random.uniform() < 0.9 ? (token * 5 + 3) % vocabSize : random.intBelow(vocabSize)
      y[row * config.blockSize + t] = token
    }
  }
  return { x, y }
}

/** The batch, of which only the first `counted` tokens count. */
export const countingFirst = ({ x, y }: Tokens, counted: number): Tokens => ({
  x,
  y: Int32Array.from(y).fill(-1, counted),
})

/** Sums over a batch: of the loss, and of right guesses. */
export async function scored(step: TrainStep, batch: Tokens): Promise<{ lossNats: number; correct: number }> {
  const { lossNats, right } = await step.evaluate(batch)
  const sum = (numbers: Float32Array): number => numbers.reduce((total, number) => total + number, 0)
  return { lossNats: sum(lossNats), correct: sum(right) }
}

/** Losses of `count` steps at a constant learning rate, starting after `done` steps. */
export async function lossesOf(step: TrainStep, config: RunConfig, count: number, done = 0): Promise<number[]> {
  const losses: number[] = []
  for (let i = done + 1; i <= done + count; i++) {
    await step.run({ step: i, learningRate: config.learningRate, batch: batchOf(config, i) })
    losses.push((await step.readMetrics()).lossNats)
  }
  return losses
}

export const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (x, i) => Math.abs(x - (b[i] ?? NaN))))

/** A state that is saved after `half` steps and loaded into another step goes on with the very same losses. */
export async function expectExactResume(engine: Engine, config: RunConfig, half: number): Promise<void> {
  const whole = await compiled(engine, config)
  const expected = await lossesOf(whole, config, 2 * half)
  whole.close()
  const first = await compiled(engine, config)
  await lossesOf(first, config, half)
  const second = await compiled(engine, config)
  second.writeWeights(await first.readWeights())
  second.writeOptimizer(await readAll(first.tensors.optimizer))
  expect(await lossesOf(second, config, half, half)).toEqual(expected.slice(half))
  first.close()
  second.close()
}

/** One native call a step, and no tensor that stays. */
export async function expectOneCallAStep(backend: TensorFlowBackend, engine: Engine, config: RunConfig): Promise<void> {
  const step = await stepFor(engine, config)
  await step.run({ step: 1, learningRate: 1e-3, batch: batchOf(config, 1) })
  const count = (): number[] => [tf.memory().numTensors, backend.binding.getNumOfTensors()]
  const before = { executed: backend.context.executed, tensors: count() }
  for (let i = 2; i <= 11; i++) await step.run({ step: i, learningRate: 1e-3, batch: batchOf(config, i) })
  await step.readMetrics()
  expect(backend.context.executed - before.executed).toBe(10)
  expect(count()).toEqual(before.tensors)
}
