import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { decodeModelOf } from '../../src-main/engine/model/decode'
import { initialWeights } from '../../src-main/engine/model/init'
import { forwardOf } from '../../src-main/engine/model/model'
import { RandomStream } from '../../src-main/engine/random'
import type { Decoder, DecodeOptions } from '../../src-main/engine/runtime/decoder'
import type { Engine } from '../../src-main/engine/runtime/engine'
import { logitsOf } from '../../src-main/engine/runtime/head'
import { openTensorFlowBackend, type TensorFlowBackend } from '../../src-main/engine/runtime/tensorflow/backend'
import { tensorflowDir } from '../tensorflow-dir'
import { largestDifference, open, tinyConfig, vocabSize } from './engine-fixture'

let engine: Engine
let backend: TensorFlowBackend

beforeAll(async () => {
  engine = await open('tensorflow')
  backend = await openTensorFlowBackend(tensorflowDir())
})

describe.each(['gpt', 'modern', 'lstm'] as const)('a prompt in chunks, %s', (model) => {
  const config = tinyConfig({ model, blockSize: 200 })
  // Louder than at the start of a training, so that every token shows in the logits.
  const weights = new Map(
    Array.from(initialWeights(config, vocabSize, 5), ([name, { shape, data }], i) => {
      const random = new RandomStream(7, 'test', i)
      return [name, { shape, data: data.map((value) => 3 * value + 0.2 * (random.uniform() - 0.5)) }]
    }),
  )
  const text = Array.from({ length: 300 }, (_, i) => (i * i + 3 * i) % vocabSize)
  /** What the model says after all tokens at once, op by op. */
  const logitsAfter = (ids: readonly number[]): Float32Array =>
    tf.tidy(() => {
      const tensors = new Map(Array.from(weights, ([name, { shape, data }]) => [name, tf.tensor(data, [...shape])]))
      const all = logitsOf(forwardOf(config)(tensors, tf.tensor2d([...ids], [1, ids.length], 'int32'), engine.ops))
      return all.slice([ids.length - 1, 0], [1, vocabSize]).dataSync<'float32'>()
    })
  const seen = (ids: readonly number[]): readonly number[] => (model === 'lstm' ? ids : ids.slice(-config.blockSize))

  it('says what the whole text says, whatever its length and whatever was said before', async () => {
    engine.activate()
    const decoder = engine.openDecoder(decodeModelOf(config), weights, { compile: 'graph', precision: 'float32' })
    // Around each chunk and two of them, up to the window and beyond; shorter after longer, so that old rows lie there.
    for (const length of [161, 2, 1, 31, 32, 33, 200, 127, 128, 129, 199, 250, 5]) {
      decoder.begin(length + 3)
      const whole = text.slice(0, length)
      const first = await decoder.feed(whole)
      expect(largestDifference(first, logitsAfter(seen(whole))), `${length}`).toBeLessThan(1e-4)
      if (length >= config.blockSize - 1) continue
      const next = text[length] ?? 0
      const second = await decoder.feed([next])
      expect(largestDifference(second, logitsAfter([...whole, next])), `${length} + 1`).toBeLessThan(1e-4)
    }
    decoder.close()
  })
})

describe.each(['gpt', 'lstm'] as const)('the recorded step of generation, %s', (model) => {
  const config = tinyConfig({ model, blockSize: 32 })
  const weights = initialWeights(config, vocabSize, 5)
  const opened = (options: Partial<DecodeOptions> = {}): Decoder =>
    engine.openDecoder(decodeModelOf(config), weights, { compile: 'graph', precision: 'float32', ...options })
  const prompt = [1, 2, 3, 4]

  it('is one native call a token, and keeps nothing of it', async () => {
    const decoder = opened()
    decoder.begin(32)
    await decoder.feed(prompt)
    await decoder.feed([5])
    const before = { executed: backend.context.executed, values: backend.binding.getNumOfTensors() }
    for (let i = 0; i < 20; i++) await decoder.feed([i])
    expect(backend.context.executed - before.executed).toBe(20)
    expect(backend.binding.getNumOfTensors()).toBe(before.values)
    decoder.close()
  })

  it('gives back everything when it is closed', async () => {
    const before = { values: backend.binding.getNumOfTensors(), tensors: tf.memory().numTensors }
    const decoder = opened()
    await decoder.feed(prompt)
    decoder.close()
    await Promise.resolve()
    expect({ values: backend.binding.getNumOfTensors(), tensors: tf.memory().numTensors }).toEqual(before)
  })

  it('answers while XLA compiles, and the same afterwards', async () => {
    const [plain, tiered] = [opened(), opened({ compile: 'auto' })]
    for (let text = 0; text < 30; text++) {
      for (const decoder of [plain, tiered]) decoder.begin(8)
      for (const ids of [prompt, [5], [6], [7]]) {
        const [expected, actual] = [await plain.feed(ids), await tiered.feed(ids)]
        expect(Math.max(...actual.map((logit, i) => Math.abs(logit - (expected[i] ?? NaN))))).toBeLessThan(1e-5)
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    plain.close()
    tiered.close()
  })

  it('begins anew: a text does not depend on the one before', async () => {
    const decoder = opened()
    const first = await decoder.feed(prompt)
    await decoder.feed([9])
    decoder.begin(8)
    expect(await decoder.feed(prompt)).toEqual(first)
    decoder.close()
  })

  it('stays near with weights of 16 bits', async () => {
    const [exact, narrow] = [opened(), opened({ precision: 'bfloat16' })]
    for (const ids of [prompt, [5], [6]]) {
      const [expected, actual] = [await exact.feed(ids), await narrow.feed(ids)]
      const scale = Math.max(...expected.map(Math.abs))
      expect(Math.max(...actual.map((logit, i) => Math.abs(logit - (expected[i] ?? NaN)))) / scale).toBeLessThan(0.05)
    }
    exact.close()
    narrow.close()
  })
})
