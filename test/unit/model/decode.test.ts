import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { modelFrom } from '../../../src-main/engine/model/registry'
import { forwardOf } from '../../model'
import { logitsOf } from '../../../src-main/engine/layers/head'
import { Decoder } from '../../../src-main/engine/runtime/decoder'
import { EagerDecode } from '../../../src-main/engine/runtime/eager-decode'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import { configOf, livelyWeights, plainOps, someIds } from './plain'

beforeAll(() => tf.setBackend('cpu'))

const vocabSize = 23
const small = { nLayer: 2, nHead: 2, nEmbd: 16, blockSize: 8 }
const tolerance = 1e-5

interface Talking {
  readonly decoder: Decoder
  /** Of the last position, all at once. */
  readonly logitsAfter: (tokens: readonly number[]) => Float32Array
}

function talking(config: RunConfig): Talking {
  const weights = livelyWeights(config, vocabSize)
  const data = new Map(Array.from(weights, ([name, t]) => [name, { shape: t.shape, data: t.dataSync<'float32'>() }]))
  return {
    decoder: new Decoder(
      modelFrom(config, vocabSize),
      new EagerDecode(modelFrom(config, vocabSize), data, () => undefined),
    ),
    logitsAfter: (tokens) =>
      tf.tidy(() => {
        const x = tf.tensor2d([...tokens], [1, tokens.length], 'int32')
        return logitsOf(forwardOf(config)(weights, x, plainOps))
          .slice([tokens.length - 1, 0], [1, vocabSize])
          .dataSync<'float32'>()
      }),
  }
}

function farthest(a: Float32Array, b: Float32Array): number {
  expect(a).toHaveLength(b.length)
  return Math.max(...a.map((x, i) => Math.abs(x - (b[i] ?? NaN))))
}

describe.each([{ model: 'gpt' }, { model: 'llama' }, { model: 'lstm' }] as const)('$model', (kind) => {
  const ids = [...someIds(8, vocabSize)]
  let subject: Talking
  beforeAll(() => {
    subject = talking(configOf({ ...small, ...kind }))
  })

  test.each([1, 3, 7])('a prompt of %i, then token by token, equals the whole at every position', async (length) => {
    const { decoder, logitsAfter } = subject
    decoder.begin(ids.length)
    expect(farthest(await decoder.feed(ids.slice(0, length)), logitsAfter(ids.slice(0, length)))).toBeLessThan(
      tolerance,
    )
    for (let t = length; t < ids.length; t++) {
      const logits = await decoder.feed(ids.slice(t, t + 1))
      expect(farthest(logits, logitsAfter(ids.slice(0, t + 1))), `position ${t}`).toBeLessThan(tolerance)
    }
  })

  test('says the same after the same prompt, whatever was said in between', async () => {
    const { decoder } = subject
    const prompt = ids.slice(0, 4)
    decoder.begin(ids.length)
    const [first, second] = [await decoder.feed(prompt), await decoder.feed([9])]
    for (const others of [[1, 2, 3], [4], prompt.slice(0, 3), prompt.with(1, (ids[1] ?? 0) + 1)]) {
      decoder.begin(ids.length)
      ;(await decoder.feed(prompt)).fill(NaN)
      for (const id of others) await decoder.feed([id])
      decoder.begin(ids.length)
      expect([await decoder.feed(prompt), await decoder.feed([9])]).toEqual([first, second])
      decoder.begin(ids.length)
      expect(await decoder.feed(others)).not.toEqual(first)
    }
  })

  test('keeps no tensor of a token, and none after it is closed', async () => {
    const { decoder } = talking(configOf({ ...small, ...kind }))
    decoder.begin(1)
    const counts: number[] = []
    for (let i = 0; i < 30; i++) {
      await decoder.feed([i % vocabSize])
      counts.push(tf.memory().numTensors)
    }
    expect(new Set(counts).size).toBe(1)
    decoder.close()
    expect(tf.memory().numTensors).toBeLessThan(counts[0] ?? 0)
  })
})

describe('a GPT whose window is full', () => {
  test('sees the last blockSize tokens of a longer prompt', async () => {
    const { decoder, logitsAfter } = talking(configOf({ ...small, model: 'gpt' }))
    const ids = [...someIds(30, vocabSize)]
    decoder.begin(40)
    expect(farthest(await decoder.feed(ids), logitsAfter(ids.slice(-8)))).toBeLessThan(tolerance)
  })

  test('goes on with the last half, and then fills up again', async () => {
    const { decoder, logitsAfter } = talking(configOf({ ...small, model: 'gpt' }))
    const ids = [...someIds(20, vocabSize)]
    decoder.begin(ids.length)
    await decoder.feed(ids.slice(0, 8))
    for (const [i, window] of [4, 5, 6, 7, 8, 4, 5, 6, 7, 8, 4, 5].entries()) {
      const t = 8 + i
      const logits = await decoder.feed(ids.slice(t, t + 1))
      expect(farthest(logits, logitsAfter(ids.slice(t + 1 - window, t + 1))), `token ${t}`).toBeLessThan(tolerance)
    }
  })

  test('takes a larger room when the text grows beyond what was expected', async () => {
    const { decoder, logitsAfter } = talking(configOf({ ...small, blockSize: 100, model: 'gpt' }))
    const ids = [...someIds(70, vocabSize)]
    decoder.begin(1)
    await decoder.feed(ids.slice(0, 60))
    for (let t = 60; t < ids.length; t++) {
      const logits = await decoder.feed(ids.slice(t, t + 1))
      expect(farthest(logits, logitsAfter(ids.slice(0, t + 1))), `token ${t}`).toBeLessThan(tolerance)
    }
  })
})
