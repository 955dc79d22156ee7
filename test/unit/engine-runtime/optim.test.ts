import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { adamW, type AdamWState } from '../../../src-main/engine/optim/adamw'
import { muon } from '../../../src-main/engine/optim/muon'
import { clipScale } from '../../../src-main/engine/optim/clip'
import { packRates, ratesAt, unpackRates } from '../../../src-main/engine/optim/rates'
import { learningRateAt, momentsFactor, scheduleOf } from '../../../src-main/engine/optim/schedule'
import { composedOps } from '../../../src-main/engine/runtime/composed-ops'
import { scaleFirstByPlace, scaleFirstInParts } from '../../../src-main/engine/optim/scale-first'
import { openWasmBackend } from '../../../src-main/engine/runtime/wasm'

beforeAll(async () => {
  await openWasmBackend()
})

describe('the learning rate', () => {
  const settings = { learningRate: 1e-3, minLearningRate: 1e-4, warmupSteps: 100, maxSteps: 2000 }

  it('warms up, falls as a cosine and ends at its lowest', () => {
    // nanoGPT's get_lr, computed in Python.
    expect(learningRateAt(0, settings)).toBeCloseTo(1e-3 / 101, 12)
    expect(learningRateAt(99, settings)).toBeCloseTo((1e-3 * 100) / 101, 12)
    expect(learningRateAt(100, settings)).toBeCloseTo(1e-3, 12)
    expect(learningRateAt(1050, settings)).toBeCloseTo(5.5e-4, 12)
    expect(learningRateAt(1999, settings)).toBeCloseTo(1.0000061514140841e-4, 12)
    expect(learningRateAt(5000, settings)).toBe(1e-4)
  })

  it('needs no warm-up', () => {
    expect(learningRateAt(0, { ...settings, warmupSteps: 0 })).toBeCloseTo(1e-3, 12)
  })

  it('stays where both rates are the same', () => {
    const constant = { ...settings, minLearningRate: 1e-3, warmupSteps: 0 }
    expect([0, 700, 1999].map((step) => learningRateAt(step, constant))).toEqual([1e-3, 1e-3, 1e-3])
  })

  it('is without extensions what it always was', () => {
    const schedule = scheduleOf(settings, [])
    for (let step = 0; step < 2100; step++) expect(schedule(step)).toBe(learningRateAt(step, settings))
  })

  it('in an extension rises from where it was, and falls to its lowest again', () => {
    const schedule = scheduleOf(settings, [{ fromStep: 2000, toStep: 3000 }])
    for (let step = 0; step < 2000; step++) expect(schedule(step)).toBe(learningRateAt(step, settings))
    const warmup = Array.from({ length: 100 }, (_, i) => schedule(2000 + i) - schedule(1999 + i))
    // A straight line up: no step is larger than another.
    expect(Math.min(...warmup)).toBeCloseTo(Math.max(...warmup), 9)
    expect(warmup[0]).toBeGreaterThan(0)
    // Half as many steps again: all of the rate.
    expect(schedule(2100)).toBeCloseTo(settings.learningRate, 12)
    for (let step = 2100; step < 2999; step++) expect(schedule(step + 1)).toBeLessThan(schedule(step))
    expect(schedule(2999)).toBeCloseTo(settings.minLearningRate, 7)
  })

  it('rises less in a shorter extension, and never falls at the start of one of a run that was stopped', () => {
    const peakOf = (fromStep: number, added: number): number => {
      const schedule = scheduleOf(settings, [{ fromStep, toStep: fromStep + added }])
      return Math.max(...Array.from({ length: added }, (_, i) => schedule(fromStep + i)))
    }
    expect(peakOf(2000, 200)).toBeCloseTo(1e-4 + (3 / 11) * 9e-4, 9)
    expect(peakOf(2000, 20)).toBeLessThan(peakOf(2000, 200))
    expect(peakOf(2000, 100_000)).toBeCloseTo(settings.learningRate, 12)
    expect(peakOf(500, 50)).toBeCloseTo(learningRateAt(499, settings), 12)
  })

  it('of an extension after another begins where that one was', () => {
    const schedule = scheduleOf(settings, [
      { fromStep: 500, toStep: 520 },
      { fromStep: 520, toStep: 1500 },
    ])
    expect(schedule(519)).toBeLessThan(1.2 * settings.minLearningRate)
    expect(schedule(520)).toBeGreaterThan(schedule(519))
    expect(schedule(520)).toBeLessThan(2 * schedule(519))
    expect(schedule(618)).toBeCloseTo(settings.learningRate, 12)
  })

  it('makes up for moments that began with zeros in the middle of a run: a step is never larger than from scratch', () => {
    for (const beta2 of [0.95, 0.99, 0.999]) {
      const betas = { beta1: 0.9, beta2 }
      expect(momentsFactor(700, 0, betas)).toBe(1)
      for (const since of [0, 1, 5, 20, 100, 1000]) {
        // A constant gradient of 1: AdamW's moments after that many steps, corrected as the run's step says.
        const [m, v] = [1 - 0.9 ** (since + 1), 1 - beta2 ** (since + 1)]
        const step = 700 + since
        const rates = ratesAt({ ...betas, weightDecay: 0, matrixRate: 1 }, step + 1, 1)
        const corrected = (m / (Math.sqrt(v) / rates.rootCorrection2)) * rates.stepSize
        const moved = corrected * momentsFactor(step, 700, betas)
        expect(rates.decayed).toBe(1)
        expect(moved).toBeLessThanOrEqual(1 + 1e-6)
      }
    }
  })
})

describe('clipping', () => {
  const clip = (values: number[], maxNorm: number): number[] =>
    tf.tidy(() => {
      const gradient = tf.tensor1d(values)
      const scale = clipScale(gradient.norm().as1D(), maxNorm)
      return gradient.mul<tf.Tensor1D>(scale).arraySync()
    })

  it('scales a long gradient to the norm and leaves a short one alone', () => {
    const long = clip([3, 4], 1)
    expect(long[0]).toBeCloseTo(0.6, 5)
    expect(long[1]).toBeCloseTo(0.8, 5)
    expect(clip([0.3, 0.4], 1)).toEqual([Math.fround(0.3), Math.fround(0.4)])
  })

  it('does nothing at 0', () => {
    expect(clip([3, 4], 0)).toEqual([3, 4])
  })
})

describe('AdamW', () => {
  const settings = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 }
  const learningRate = 1e-2

  /** Loshchilov & Hutter 2019, algorithm 2, in float64 for one number. */
  function byHand(weight: number, gradients: number[], decays: boolean): number {
    let [m, v] = [0, 0]
    for (const [i, g] of gradients.entries()) {
      m = settings.beta1 * m + (1 - settings.beta1) * g
      v = settings.beta2 * v + (1 - settings.beta2) * g * g
      const mHat = m / (1 - settings.beta1 ** (i + 1))
      const vHat = v / (1 - settings.beta2 ** (i + 1))
      const decay = decays ? learningRate * settings.weightDecay * weight : 0
      weight = weight - decay - (learningRate * mHat) / (Math.sqrt(vHat) + settings.epsilon)
    }
    return weight
  }

  function run(
    weights: number[],
    gradients: number[][],
    decayed: number,
    { isGood = true, scaleFirst = scaleFirstInParts } = {},
  ): number[] {
    return tf.tidy(() => {
      const start = tf.tensor1d(weights)
      const ops = { ...composedOps(null), scaleFirst }
      const own = { ...settings, matrixRate: 1, optimizer: 'adamw' } as const
      const good = tf.tensor1d([isGood], 'bool')
      let state: AdamWState = { weights: start, expAvg: tf.zerosLike(start), expAvgSq: tf.zerosLike(start) }
      for (const [i, gradient] of gradients.entries()) {
        const packed = packRates(ratesAt({ ...settings, matrixRate: 1 }, i + 1, learningRate))
        const rates = unpackRates(tf.tensor1d(packed))
        state = adamW(state, tf.tensor1d(gradient), { settings: own, isGood: good, ops }, rates, decayed)
      }
      return state.weights.arraySync()
    })
  }

  it('computes what the paper says; only the first numbers decay', () => {
    const gradients = [
      [0.5, -0.2, 1],
      [0.1, -0.3, 1e-3],
      [-0.7, 0.4, 0],
    ]
    const weights = [1, -2, 3]
    const expected = weights.map((weight, i) =>
      byHand(
        weight,
        gradients.map((g) => g[i] ?? 0),
        i < 2,
      ),
    )
    const result = run(weights, gradients, 2)
    for (const [i, value] of expected.entries()) expect(result[i]).toBeCloseTo(value, 5)
    expect(run(weights, gradients, 2, { scaleFirst: scaleFirstByPlace })).toEqual(result)
  })

  it('changes nothing in a step that went wrong', () => {
    expect(run([1, -2], [[NaN, 3]], 2, { isGood: false })).toEqual([1, -2])
  })

  it('moves by the learning rate in the first step, whatever the gradient', () => {
    const [small = NaN, large = NaN] = run([0, 0], [[1e-4, 100]], 0)
    expect(small).toBeCloseTo(-learningRate, 4)
    expect(large).toBeCloseTo(-learningRate, 4)
  })
})

describe('Muon', () => {
  it('makes every singular value about 1, whichever way round the matrix lies', () => {
    for (const shape of [
      [4, 12],
      [12, 4],
    ] as const) {
      const gradient = tf.randomNormal<tf.Rank.R1>([48], 0, 3, 'float32', 1)
      const { update } = muon(gradient, tf.zeros([48]), [{ shape, fused: 1 }])
      const matrix = update.reshape<tf.Tensor2D>([...shape])
      const [rows, columns] = shape
      const gram = rows < columns ? tf.matMul(matrix, matrix, false, true) : tf.matMul(matrix, matrix, true, false)
      const scale = Math.max(1, columns / rows)
      const diagonal = gram.mul(tf.eye(4)).sum(0).div(scale).dataSync()
      for (const value of diagonal) expect(Math.abs(value - 1)).toBeLessThan(0.6)
      const others = gram
        .mul(tf.sub(1, tf.eye(4)))
        .abs()
        .max()
        .div(scale)
        .dataSync()
      expect(others[0]).toBeLessThan(0.4)
    }
  })

  it('takes matrices that lie fused in one weight apart: each as if it stood alone', () => {
    const [rows, width] = [4, 3]
    const parts = [1, 2, 3].map((seed) => tf.randomNormal<tf.Rank.R2>([rows, width], 0, seed, 'float32', seed))
    const fused = tf.concat(parts, 1).flatten()
    const { update } = muon(fused, tf.zerosLike(fused), [{ shape: [rows, 3 * width], fused: 3 }])
    const alone = parts.map((part) => {
      const flat = part.flatten()
      return muon(flat, tf.zerosLike(flat), [{ shape: [rows, width], fused: 1 }]).update.reshape<tf.Tensor2D>([
        rows,
        width,
      ])
    })
    expect([...update.dataSync()]).toEqual([...tf.concat(alone, 1).flatten().dataSync()])
  })
})
