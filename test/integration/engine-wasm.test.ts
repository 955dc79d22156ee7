import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { composedOps } from '../../src-main/engine/runtime/composed-ops'
import type { Engine } from '../../src-main/engine/runtime/engine'
import {
  batchOf,
  compiled,
  expectExactResume,
  largestDifference,
  lossesOf,
  open,
  scored,
  tinyConfig,
} from './engine-fixture'

let tensorflow: Engine
let wasm: Engine

beforeAll(async () => {
  tensorflow = await open('tensorflow')
  wasm = await open('wasm')
})

describe.each(['gpt', 'llama', 'lstm'] as const)('a %s on WASM', (model) => {
  it('learns as on TensorFlow: 50 losses within 1e-3', async () => {
    const config = tinyConfig({ model, learningRate: 1e-2 })
    const fast = await compiled(tensorflow, config)
    const expected = await lossesOf(fast, config, 50)
    fast.close()
    const slow = await compiled(wasm, config)
    const losses = await lossesOf(slow, config, 50)
    slow.close()
    expect(losses[49]).toBeLessThan((losses[0] ?? NaN) - 0.1)
    expect(largestDifference(losses, expected)).toBeLessThan(1e-3)
  })

  it('goes on after a save as if nothing had happened, dropout included', async () => {
    await expectExactResume(wasm, tinyConfig({ model, dropout: 0.2 }), 10)
  })

  it('drops in training and not in evaluation', async () => {
    const config = tinyConfig({ model, dropout: 0.5 })
    const step = await compiled(wasm, config)
    const plain = await compiled(wasm, { ...config, dropout: 0 })
    const batch = batchOf(config, 1)
    const trained: number[] = []
    // A head that starts at zero guesses alike whatever was dropped: first it has to learn something.
    await lossesOf(plain, config, 3)
    step.writeWeights(await plain.readWeights())
    // A learning rate of 0 leaves the weights alone: only the masks differ.
    for (const at of [1, 2, 2]) {
      await step.run({ step: at, learningRate: 0, batch })
      trained.push((await step.readMetrics()).lossNats)
    }
    expect(trained[1]).not.toBe(trained[0])
    expect(trained[2]).toBe(trained[1])
    expect(await scored(step, batch)).toEqual(await scored(plain, batch))
    step.close()
    plain.close()
  })

  it('keeps no tensor of a step', async () => {
    const config = tinyConfig({ model, dropout: 0.1 })
    const step = await compiled(wasm, config)
    await step.run({ step: 1, learningRate: 1e-3, batch: batchOf(config, 1) })
    const before = tf.memory().numTensors
    for (let i = 2; i <= 101; i++) await step.run({ step: i, learningRate: 1e-3, batch: batchOf(config, 1) })
    await step.evaluate(batchOf(config, 1))
    expect(tf.memory().numTensors).toBe(before)
    step.close()
  })
})

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** Computes on WASM and on TensorFlow and expects the same numbers. */
function both(compute: () => Float32Array): [Float32Array, Float32Array] {
  tensorflow.activate()
  const expected = compute()
  wasm.activate()
  const result = compute()
  expect(result.length).toBe(expected.length)
  expect(largestDifference([...result], [...expected])).toBeLessThan(1e-5)
  return [result, expected]
}

describe('kernels of our own for WASM', () => {
  beforeAll(() => {
    wasm.activate()
  })

  it('sums segments, ignoring what is out of range', () => {
    const sums = tf.tidy(() =>
      tf.unsortedSegmentSum(tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]), tf.tensor1d([1, 1, 0], 'int32'), 3).arraySync(),
    )
    expect(sums).toEqual([
      [5, 6],
      [4, 6],
      [0, 0],
    ])
  })

  const shapes: [number[], number[], boolean, boolean][] = [
    [[3, 4], [4, 5], false, false],
    [[4, 3], [4, 5], true, false],
    [[3, 4], [5, 4], false, true],
    [[4, 3], [5, 4], true, true],
    [[2, 3, 4], [2, 4, 5], false, false],
    [[2, 2, 4, 3], [2, 2, 5, 4], true, true],
    [[2, 3, 4], [1, 5, 4], false, true],
  ]
  it.each(shapes)('multiplies %j by %j, transposed %s and %s', (shapeA, shapeB, transposeA, transposeB) => {
    const numbers = (shape: number[]): number[] =>
      Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i + shape.length))
    const product = (): Float32Array =>
      tf.tidy(() =>
        tf
          .matMul(tf.tensor(numbers(shapeA), shapeA), tf.tensor(numbers(shapeB), shapeB), transposeA, transposeB)
          .dataSync<'float32'>(),
      )
    expect(both(product)).toHaveLength(2)
  })

  const permutations: [number[], number[]][] = [
    [
      [3, 4],
      [1, 0],
    ],
    [
      [2, 3, 4],
      [0, 2, 1],
    ],
    [
      [2, 3, 4],
      [2, 1, 0],
    ],
    [
      [2, 3, 3, 2, 4],
      [2, 0, 3, 1, 4],
    ],
    [
      [1, 5, 1, 3],
      [3, 2, 1, 0],
    ],
    [[6], [0]],
  ]
  it.each(permutations)('transposes %j by %j', (shape, perm) => {
    const transposed = (): Float32Array =>
      tf.tidy(() => tf.range(0, sizeOf(shape)).reshape(shape).transpose(perm).dataSync<'float32'>())
    expect(both(transposed)).toHaveLength(2)
  })

  const splits: [number[], number[] | number, number][] = [
    [[6, 2], 3, 0],
    [[2, 6], [1, 2, 3], 1],
    [[2, 6, 3], [4, -1], -2],
    [[2, 3, 4], 2, 2],
  ]
  it.each(splits)('splits %j into %j along axis %i', (shape, sizes, axis) => {
    const parts = (): Float32Array =>
      tf.tidy(() => {
        const pieces = tf.split(tf.range(0, sizeOf(shape)).reshape(shape), sizes, axis)
        return tf.concat1d(pieces.map((piece) => piece.flatten())).dataSync<'float32'>()
      })
    expect(both(parts)).toHaveLength(2)
  })

  it('draws a dropout mask that seed, step and site decide', () => {
    const mask = (step: number, site: number): Float32Array =>
      tf.tidy(() =>
        composedOps({ seed: 1, step })
          .dropout(tf.ones([100, 100]), 0.3, site)
          .dataSync<'float32'>(),
      )
    expect(mask(1, 0)).toEqual(mask(1, 0))
    expect(mask(1, 0)).not.toEqual(mask(2, 0))
    expect(mask(1, 0)).not.toEqual(mask(1, 1))
    expect(Math.abs(mask(1, 0).filter((x) => x === 0).length - 3000)).toBeLessThan(230)
  })
})
