import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Model } from '../../src-main/engine/model/architecture'
import { modelFrom } from '../../src-main/engine/model/registry'
import { forwardOf, initialWeights } from '../model'
import { RandomStream } from '../../src-main/engine/random'
import type { Decoder, DecodeOptions } from '../../src-main/engine/runtime/decoder'
import type { Engine } from '../../src-main/engine/runtime/engine'
import { logitsOf } from '../../src-main/engine/layers/head'
import type { TensorData } from '../../src-main/engine/ops'
import { openTensorFlowBackend, type TensorFlowBackend } from '../../src-main/engine/runtime/tensorflow/backend'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { tensorflowDir } from '../tensorflow-dir'
import { largestDifference, open, tinyConfig, vocabSize } from './engine-fixture'

let engine: Engine
let backend: TensorFlowBackend

beforeAll(async () => {
  engine = await open('tensorflow')
  backend = await openTensorFlowBackend(tensorflowDir())
})

/** Louder than at the start of a training, so that every token shows in the logits. */
const loud = (config: RunConfig): Map<string, TensorData> =>
  new Map(
    Array.from(initialWeights(config, vocabSize, 5), ([name, { shape, data }], i) => {
      const random = new RandomStream(7, 'test', i)
      return [name, { shape, data: data.map((value) => 3 * value + 0.2 * (random.uniform() - 0.5)) }]
    }),
  )

/** Around each chunk and two of them, up to the window and beyond; shorter after longer, so that old rows lie there. */
const windows = [
  { blockSize: 200, lengths: [161, 2, 1, 31, 32, 33, 200, 127, 128, 129, 199, 250, 5] },
  // Shorter than the passes, of which all else is padding.
  { blockSize: 20, lengths: [19, 2, 1, 9, 20, 33, 5] },
]
const promptCases = (['gpt', 'llama', 'lstm'] as const).flatMap((model) =>
  windows.map((window) => ({ model, ...window })),
)

describe.each(promptCases)('a prompt in chunks, $model, $blockSize', ({ model, blockSize, lengths }) => {
  const config = tinyConfig({ model, blockSize })
  const weights = loud(config)
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
    const decoder = engine.openDecoder(modelFrom(config, vocabSize), weights, {
      compile: 'graph',
      precision: 'float32',
    })
    for (const length of lengths) {
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

describe.each(['gpt', 'llama', 'lstm'] as const)('a prompt after another one, %s', (model) => {
  const config = tinyConfig({ model, blockSize: 400 })
  const weights = loud(config)
  const opened = (): Decoder =>
    engine.openDecoder(modelFrom(config, vocabSize), weights, { compile: 'graph', precision: 'float32' })
  const text = Array.from({ length: 600 }, (_, i) => (i * i + 3 * i) % vocabSize)
  const prompt = text.slice(0, 300)
  /** Logits after the prompt and after each of three tokens more, and the calls that the prompt took. */
  async function told(decoder: Decoder, ids: readonly number[]): Promise<{ logits: Float32Array[]; calls: number }> {
    decoder.begin(ids.length + 60)
    const before = backend.context.executed
    const logits = [await decoder.feed(ids)]
    const calls = backend.context.executed - before
    for (const id of [5, 9, 2]) logits.push(await decoder.feed([id]))
    return { logits, calls }
  }

  it('says, bit for bit, what it would say as the first one', async () => {
    const decoder = opened()
    const other = (at: number): number[] => prompt.map((id, i) => (i === at ? (id + 1) % vocabSize : id))
    // The same; others within, behind and before a pass; longer, shorter by part of a pass; the end of the window.
    const prompts = [prompt, prompt, other(290), other(256), other(255), other(0), prompt, text.slice(0, 310)]
    for (const ids of [...prompts, text.slice(0, 256), text.slice(0, 129), text.slice(0, 20), prompt]) {
      const fresh = opened()
      expect((await told(decoder, ids)).logits).toEqual((await told(fresh, ids)).logits)
      fresh.close()
    }
    decoder.close()
  })

  it('is computed as far as it is new', async () => {
    const decoder = opened()
    await told(decoder, prompt)
    const again = await told(decoder, prompt)
    const continued = await told(decoder, [...prompt, 7])
    const changed = await told(decoder, prompt.with(0, ((prompt[0] ?? 0) + 1) % vocabSize))
    const calls = [again, continued, changed].map((one) => one.calls)
    // 128 + 128 + 44 tokens, of which each is one call. An LSTM's memory is that of its last token, so that it begins again:
    // 4 values set to 0, 37 times 8 tokens, 4 times one.
    expect(calls).toEqual(model === 'lstm' ? [45, 46, 45] : [0, 1, 3])
    decoder.close()
  })

  it('is the same after an answer that went beyond the window, and whatever became of its logits', async () => {
    const decoder = opened()
    const first = await told(decoder, prompt)
    decoder.begin(600)
    for (const ids of [prompt, ...text.slice(300, 450).map((id) => [id])]) (await decoder.feed(ids)).fill(NaN)
    expect((await told(decoder, prompt)).logits).toEqual(first.logits)
    // An answer that was stopped.
    decoder.begin(360)
    ;(await decoder.feed(prompt)).fill(NaN)
    expect((await told(decoder, prompt)).logits).toEqual(first.logits)
    decoder.close()
  })
})

describe.each(['gpt', 'lstm'] as const)('the recorded step of generation, %s', (model) => {
  const config = tinyConfig({ model, blockSize: 32 })
  const weights = initialWeights(config, vocabSize, 5)
  const opened = (options: Partial<DecodeOptions> = {}): Decoder =>
    engine.openDecoder(modelFrom(config, vocabSize), weights, { compile: 'graph', precision: 'float32', ...options })
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

  it('hides no fault that comes up while XLA compiles', async () => {
    const good = modelFrom(config, vocabSize)
    const model: Model = {
      ...good,
      forward: (ops, ids, cache) => {
        // XLA compiles the pass of one token; those of the prompt take more.
        if (ids.size === 1) throw new TypeError('x is undefined')
        return good.forward(ops, ids, cache)
      },
    }
    const decoder = engine.openDecoder(model, weights, { compile: 'auto', precision: 'float32' })
    const prompts = async (): Promise<void> => {
      // However long it takes to be heard of: the test has a limit of its own.
      for (;;) {
        decoder.begin(8)
        await decoder.feed(Array.from({ length: 16 }, (_, id) => id))
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    await expect(prompts()).rejects.toMatchObject({ code: 'internal', params: { detail: 'x is undefined' } })
    decoder.close()
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
