import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../../src-main/engine/runtime/engine'
import { headChunks, logitsInXla, logitsOfCard, logitsOfProcessor, lossChunks } from '../../src-main/plan/execution'
import { headScores, lossSumOf } from '../../src-main/engine/layers/head'
import { RandomStream } from '../../src-main/engine/random'
import { batchOf, compiled, countingFirst, lossesOf, open, scored, tinyConfig } from './engine-fixture'

const engines = new Map<string, Engine>()
beforeAll(async () => {
  for (const id of ['wasm', 'tensorflow'] as const) engines.set(id, await open(id))
})

const [rows, width, vocabSize] = [24, 16, 300]

function use(id: string): Engine {
  const engine = engines.get(id)
  if (!engine) throw new Error(`no engine ${id}`)
  engine.activate()
  return engine
}

/** Some of the targets do not count. */
function tensors(isTable: boolean): [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D, tf.Tensor1D] {
  const random = new RandomStream(1, 'test')
  const numbers = (size: number): Float32Array => Float32Array.from({ length: size }, () => random.normal())
  return [
    tf.tensor2d(numbers(rows * width), [rows, width]),
    tf.tensor2d(numbers(width * vocabSize), isTable ? [vocabSize, width] : [width, vocabSize]),
    tf.tensor1d(numbers(vocabSize)),
    tf.tensor1d(
      Int32Array.from({ length: rows }, (_, i) => (i % 5 === 2 ? -1 : random.intBelow(vocabSize))),
      'int32',
    ),
  ]
}

describe.each(['tensorflow', 'wasm'])('the loss of a large vocabulary, %s', (id) => {
  it.each([
    ['a table', true, false],
    ['a matrix with a bias', false, true],
  ])('part by part has the value and the gradients of the whole: %s', async (_, isTable, hasBias) => {
    const { ops } = use(id)
    const results = (most: number): tf.Tensor[] =>
      tf.tidy(() => {
        const [hidden, weight, bias, targets] = tensors(isTable)
        const { value, grads } = tf.valueAndGrads((hidden: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) => {
          const head = {
            hidden: hidden as tf.Tensor2D,
            weight: weight as tf.Tensor2D,
            isTable,
            bias: bias as tf.Tensor1D,
          }
          // Three times: what comes after it on the tape counts too.
          return lossSumOf(hasBias ? head : { ...head, bias: null }, targets, ops, { most, cached: Infinity })
            .mul(3)
            .add(bias.sum())
            .asScalar()
        })([hidden, weight, bias])
        return [value, ...grads]
      })
    const [whole, inParts] = [results(Infinity), results(8 * vocabSize)]
    for (const [i, expected] of whole.entries()) {
      const [a, b] = [await expected.data(), await (inParts[i] as tf.Tensor).data()]
      const size = Math.hypot(...a)
      expect(Math.hypot(...a.map((x, k) => x - (b[k] ?? NaN))) / size).toBeLessThan(1e-6)
    }
    tf.dispose([...whole, ...inParts])
  })

  it('part by part scores the same', async () => {
    const { ops } = use(id)
    const scores = (most: number): tf.Tensor2D =>
      tf.tidy(() => {
        const [hidden, weight, bias, targets] = tensors(false)
        return headScores({ hidden, weight, isTable: false, bias }, targets, ops, { most, cached: Infinity })
      })
    const [whole, inParts] = await Promise.all([scores(Infinity).array(), scores(8 * vocabSize).array()])
    expect(whole).toHaveLength(rows)
    for (const [i, [loss = NaN, right]] of whole.entries()) {
      expect(inParts[i]?.[0]).toBeCloseTo(loss, 4)
      expect(inParts[i]?.[1]).toBe(right)
      expect(loss === 0 && right === 0).toBe(i % 5 === 2)
    }
  })
})

it('cuts rows into the fewest equal parts below the bound', () => {
  expect(headChunks(12, 100, 500)).toBe(3)
  expect(headChunks(7, 100, 150)).toBe(7)
  expect(headChunks(4, 100, 10)).toBe(4)
})

it('computes the loss in parts that the caches keep, where they have several times its rows', () => {
  expect(lossChunks(4096, 128, 2000, logitsInXla)).toBe(8)
  expect(lossChunks(4096, 256, 2000, logitsInXla)).toBe(1)
  expect(lossChunks(768, 128, 512, logitsInXla)).toBe(1)
  expect(lossChunks(2048, 256, 32_768, logitsInXla)).toBe(2)
  // A prime number of rows has no smaller parts.
  expect(lossChunks(4099, 128, 2000, logitsInXla)).toBe(1)
  for (const bounds of [logitsOfProcessor, logitsOfCard]) expect(lossChunks(4096, 128, 2000, bounds)).toBe(1)
})

it('keeps the bound of memory where caches keep nothing, however many rows there are', () => {
  expect(lossChunks(2048, 256, 32_768, logitsOfProcessor)).toBe(2)
  expect(lossChunks(8192, 768, 50_304, logitsOfCard)).toBe(4)
})

describe('a training step with a large vocabulary', () => {
  it.each(['graph', 'xla'] as const)('agrees with WASM, in parts of parts too: %s', async (compile) => {
    const config = tinyConfig({ nEmbd: 8, nHead: 1, nLayer: 1, blockSize: 64, batchSize: 24 })
    const large = 45_000
    const losses = async (engine: Engine, accumulation: number): Promise<number[]> => {
      engine.activate()
      const step = await compiled(engine, { ...config, accumulation }, compile, large)
      const values = await lossesOf(step, config, 2)
      const { lossNats, correct } = await scored(step, countingFirst(batchOf(config, 3), 500))
      step.close()
      return [...values, lossNats / 500, correct]
    }
    const expected = await losses(use('wasm'), 1)
    for (const accumulation of [1, 2]) {
      const ours = await losses(use('tensorflow'), accumulation)
      for (const [i, value] of ours.entries()) expect(value).toBeCloseTo(expected[i] ?? NaN, 4)
    }
  })
})
