import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { blocksOf, causalAttention } from '../../../src-main/engine/layers/attention'
import { causalMask } from '../../../src-main/engine/layers/shared-ops'
import { composedOps } from '../../../src-main/engine/runtime/composed-ops'
import { largestDifference } from './plain'

beforeAll(() => tf.setBackend('cpu'))

const length = 7
const scale = 0.6
const shape: [number, number, number, number] = [2, 3, length, 4]
const normal = (seed: number): tf.Tensor4D => tf.randomNormal(shape, 0, 2, 'float32', seed)
const mask = (): tf.Tensor2D => causalMask(tf.range(0, length, 1, 'int32'), length)

/** softmax(q · kᵀ · scale + mask) · v, all at once. */
function plain(drop: tf.Tensor4D | null) {
  return (...qkv: tf.Tensor[]): tf.Tensor => {
    const [q, k, v] = qkv as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D]
    const p = tf.softmax(tf.matMul<tf.Tensor4D>(q, k, false, true).mul(scale).add<tf.Tensor4D>(mask()))
    return tf.matMul(drop ? p.mul<tf.Tensor4D>(drop) : p, v)
  }
}

const dropped = (): tf.Tensor4D => {
  const uniform = tf.randomUniform<tf.Rank.R4>([2, 3, length, length], 0, 1, 'float32', 9)
  return uniform.greater(0.3).mul(1.4)
}

test.each([1, 2, 3, length])('attention in %i blocks is the plain formula, and so are its gradients', (count) => {
  for (const drop of [null, dropped()]) {
    const inputs = [normal(1), normal(2), normal(3)]
    const ours = (...qkv: tf.Tensor[]): tf.Tensor => {
      const [q, k, v] = qkv as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D]
      return causalAttention(composedOps(null), [q, k, v], mask(), scale, drop, blocksOf(length, count))
    }
    const formula = plain(drop)
    const dy = normal(5)
    expect(largestDifference(ours(...inputs), formula(...inputs))).toBeLessThan(2e-6)
    const expected = tf.grads(formula)(inputs, dy)
    for (const [i, gradient] of tf.grads(ours)(inputs, dy).entries()) {
      expect(largestDifference(gradient, expected[i] as tf.Tensor), `gradient ${i}`).toBeLessThan(1e-5)
    }
  }
})

test('blocks lie one behind the other and cover all queries', () => {
  expect(blocksOf(7, 3)).toEqual([
    { from: 0, to: 2 },
    { from: 2, to: 5 },
    { from: 5, to: 7 },
  ])
})
