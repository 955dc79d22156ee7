import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { forwardOf, initialWeights } from '../../model'
import { logitsOf } from '../../../src-main/engine/layers/head'
import type { EngineOps } from '../../../src-main/engine/ops'
import { summarize } from '../../../src-main/plan/summary'
import { modelFrom } from '../../../src-main/engine/model/registry'
import { configOf, largestDifference, livelyWeights, lossOf, plainOps, someIds, tensorsOf } from './plain'

beforeAll(() => tf.setBackend('cpu'))

const vocabSize = 23
const small = { nLayer: 2, nHead: 2, nEmbd: 16, blockSize: 8 }

describe.each(['gpt', 'llama', 'lstm'] as const)('%s', (model) => {
  const config = configOf({ ...small, model })
  const forward = forwardOf(config)

  test('has the weights of its table, and logits [B·T, V]', () => {
    const weights = tensorsOf(initialWeights(config, vocabSize, 1))
    expect([...weights].map(([name, { shape }]) => [name, shape])).toEqual(
      modelFrom(config, vocabSize).weights.map(({ name, shape }) => [name, shape]),
    )
    const logits = logitsOf(forward(weights, tf.tensor2d(someIds(24, vocabSize), [3, 8], 'int32'), plainOps))
    expect(logits.shape).toEqual([24, vocabSize])
  })

  test('starts at about ln(V): it knows nothing yet', () => {
    const weights = tensorsOf(initialWeights(config, vocabSize, 1))
    const x = tf.tensor2d(someIds(64, vocabSize), [8, 8], 'int32')
    const y = tf.tensor2d(someIds(65, vocabSize).slice(1), [8, 8], 'int32')
    expect(Math.abs((lossOf(forward, weights, x, y).dataSync()[0] ?? 0) - Math.log(vocabSize))).toBeLessThan(0.1)
  })

  test('never looks ahead: a changed token changes no logits before it, and some after it', () => {
    const weights = livelyWeights(config, vocabSize)
    const ids = someIds(8, vocabSize)
    const logitsAt = (tokens: Int32Array): tf.Tensor2D =>
      logitsOf(forward(weights, tf.tensor2d(tokens, [1, 8], 'int32'), plainOps))
    const before = logitsAt(ids)
    for (let t = 0; t < 8; t++) {
      const changed = ids.slice()
      changed[t] = ((ids[t] ?? 0) + 5) % vocabSize
      const difference = before.sub(logitsAt(changed)).abs().max(-1).dataSync()
      expect([...difference.slice(0, t)]).toEqual(new Array(t).fill(0))
      for (const d of difference.slice(t)) expect(d).toBeGreaterThan(1e-4)
    }
  })

  test('a batch row does not see the others', () => {
    const weights = livelyWeights(config, vocabSize)
    const ids = someIds(24, vocabSize)
    const logitsAt = (tokens: Int32Array, rows: number): tf.Tensor2D =>
      logitsOf(forward(weights, tf.tensor2d(tokens, [rows, 8], 'int32'), plainOps))
    const together = logitsAt(ids, 3).slice([8, 0], [8, vocabSize])
    const alone = logitsAt(ids.slice(8, 16), 1)
    expect(largestDifference(together, alone)).toBeLessThan(1e-5)
  })

  test('can overfit one batch', () => {
    const x = tf.tensor2d(someIds(16, vocabSize), [2, 8], 'int32')
    const y = tf.tensor2d(someIds(17, vocabSize).slice(1), [2, 8], 'int32')
    const variables = new Map(
      [...tensorsOf(initialWeights(config, vocabSize, 1))].map(([name, w]) => [name, tf.variable(w)]),
    )
    const optimizer = tf.train.adam(0.02)
    let loss = NaN
    for (let step = 0; step < 300 && !(loss < 0.1); step++) {
      loss = tf.tidy(() => {
        const value = optimizer.minimize(() => lossOf(forward, variables, x, y), true, [...variables.values()])
        return value?.dataSync()[0] ?? NaN
      })
    }
    expect(loss).toBeLessThan(0.1)
    for (const v of variables.values()) v.dispose()
  })

  test('drops at places that all differ, and nowhere when the rate is 0', () => {
    const calls: { rate: number; site: number }[] = []
    const noting: EngineOps = {
      ...plainOps,
      dropout: (x, rate, site) => {
        calls.push({ rate, site })
        return x
      },
      dropMask: (_, rate, site) => {
        calls.push({ rate, site })
        return null
      },
    }
    const x = tf.tensor2d(someIds(8, vocabSize), [1, 8], 'int32')
    forwardOf({ ...config, dropout: 0.2 })(livelyWeights(config, vocabSize), x, noting)
    expect(calls).toHaveLength(model !== 'lstm' ? 1 + 3 * small.nLayer : 1 + small.nLayer)
    expect(new Set(calls.map(({ site }) => site)).size).toBe(calls.length)
    expect(new Set(calls.map(({ rate }) => rate))).toEqual(new Set([0.2]))
  })
})

describe('parameter count', () => {
  test('equals nanoGPT for its CPU recipe on tiny Shakespeare', () => {
    const config = configOf({ nLayer: 4, nHead: 4, nEmbd: 128, blockSize: 64 })
    // model.py with bias=True: embeddings, four blocks of two norms, attention and mlp, the last norm.
    const [d, v, t] = [128, 65, 64]
    const block = 2 * 2 * d + (d * 3 * d + 3 * d) + (d * d + d) + (d * 4 * d + 4 * d) + (4 * d * d + d)
    expect(summarize(config, v, 0).parameterCount).toBe(v * d + t * d + 4 * block + 2 * d)
    expect(summarize(config, v, 0).parameterCount).toBe(809_856)
  })

  test('equals the 124,439,808 of GPT-2', () => {
    const config = configOf({ nLayer: 12, nHead: 12, nEmbd: 768, blockSize: 1024 })
    expect(summarize(config, 50_257, 0).parameterCount).toBe(124_439_808)
  })

  test('equals torch.nn.LSTM less its second bias', () => {
    const config = configOf({ model: 'lstm', nLayer: 2, nEmbd: 128 })
    const lstm = 2 * (2 * 4 * 128 * 128 + 4 * 128)
    expect(summarize(config, 2000, 0).parameterCount).toBe(2000 * 128 + lstm + 128 * 2000 + 2000)
  })
})

describe('initial weights', () => {
  const config = configOf({ ...small, nLayer: 8, nEmbd: 64 })
  const start = initialWeights(config, 200, 1)
  const std = (name: string): number => {
    const data = start.get(name)?.data ?? new Float32Array()
    return Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / data.length)
  }

  test('have the standard deviations of GPT-2', () => {
    expect(std('wte.weight')).toBeCloseTo(0.02, 3)
    expect(std('h.3.mlp.c_fc.weight')).toBeCloseTo(0.02, 3)
    expect(std('h.3.mlp.c_proj.weight')).toBeCloseTo(0.02 / Math.sqrt(16), 3)
    expect(start.get('h.3.ln_1.weight')?.data.every((x) => x === 1)).toBe(true)
    expect(start.get('h.3.attn.c_attn.bias')?.data.every((x) => x === 0)).toBe(true)
  })

  test('are decided by the seed alone', () => {
    expect(initialWeights(config, 200, 1)).toEqual(start)
    expect(initialWeights(config, 200, 2).get('wpe.weight')).not.toEqual(start.get('wpe.weight'))
    expect(start.get('h.0.mlp.c_fc.weight')?.data).not.toEqual(start.get('h.1.mlp.c_fc.weight')?.data)
  })
})

test('a Llama that begins from nothing guesses every token alike', () => {
  const config = configOf({ ...small, model: 'llama' })
  const x = tf.tensor2d(someIds(8, vocabSize), [1, 8], 'int32')
  const logits = logitsOf(forwardOf(config)(tensorsOf(initialWeights(config, vocabSize, 1)), x, plainOps))
  expect(logits.abs().max().dataSync()[0]).toBe(0)
})
