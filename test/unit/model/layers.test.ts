import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { gelu, swiGlu } from '../../../src-main/engine/layers/activation'
import { linear } from '../../../src-main/engine/layers/linear'
import { layerNorm, rmsNorm } from '../../../src-main/engine/layers/norm'
import { rotaryTable, rotate } from '../../../src-main/engine/layers/rotary'
import { causalMask } from '../../../src-main/engine/layers/shared-ops'
import { lstmLayer, lstmSteps } from '../../../src-main/engine/layers/lstm-layer'
import { composedOps } from '../../../src-main/engine/runtime/composed-ops'
import { largestDifference } from './plain'

beforeAll(() => tf.setBackend('cpu'))

type Function = (...inputs: tf.Tensor[]) => tf.Tensor

/** The written-out gradient against the tape's of the plain formula, under the same uneven dLoss/dOutput. */
function compareWithTape(ours: Function, formula: Function, inputs: tf.Tensor[]): void {
  const outputShape = formula(...inputs).shape
  const dy = tf.randomNormal(outputShape, 0, 1, 'float32', 5)
  expect(largestDifference(ours(...inputs), formula(...inputs))).toBeLessThan(2e-6)
  const expected = tf.grads(formula)(inputs, dy)
  for (const [i, gradient] of tf.grads(ours)(inputs, dy).entries()) {
    expect(largestDifference(gradient, expected[i] as tf.Tensor), `gradient ${i}`).toBeLessThan(1e-5)
  }
}

const normal = (shape: number[], seed: number): tf.Tensor => tf.randomNormal(shape, 0, 1, 'float32', seed)

describe('gradients that are written out equal the tape', () => {
  test('linear', () => {
    compareWithTape(linear as Function, (x, w, b) => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D).add(b), [
      normal([5, 3], 1),
      normal([3, 4], 2),
      normal([4], 3),
    ])
  })

  test('layer norm', () => {
    compareWithTape(
      layerNorm as Function,
      (x, weight, bias) => {
        const centred = x.sub(x.mean(-1, true))
        const std = centred.square().mean(-1, true).add(1e-5).sqrt()
        return centred.div(std).mul(weight).add(bias)
      },
      [normal([5, 8], 1).add(2), normal([8], 2), normal([8], 3)],
    )
  })

  test('GELU', () => {
    compareWithTape(gelu, (x) => x.mul(x.div(Math.SQRT2).erf().add(1)).div(2), [normal([40], 1).mul(3)])
  })

  test('RMSNorm', () => {
    compareWithTape(
      (x, weight) => rmsNorm(x as tf.Tensor2D, weight as tf.Tensor1D, 1e-6),
      (x, weight) => x.div(x.square().mean(-1, true).add(1e-6).sqrt()).mul(weight),
      [normal([5, 8], 1).add(2), normal([8], 2)],
    )
  })

  test('SwiGLU', () => {
    compareWithTape(swiGlu, (gate, up) => gate.mul(gate.sigmoid()).mul(up), [normal([40], 1).mul(3), normal([40], 2)])
  })

  test('rotary positions: the gradient, and products that know distances only', () => {
    const turned = (x: tf.Tensor, ...positions: number[]): tf.Tensor => {
      return rotate(x, rotaryTable(tf.tensor1d(positions, 'int32'), { headDim: 4, base: 10_000, scaling: null }))
    }
    const byTape: Function = (x) => {
      const [first, second] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor]
      const angles = tf.mul(tf.tensor2d([3, 4, 7], [3, 1]), tf.tensor2d([1, 0.01], [1, 2]))
      const [cos, sin] = [angles.cos(), angles.sin()]
      return tf.concat([first.mul(cos).sub(second.mul(sin)), second.mul(cos).add(first.mul(sin))], -1)
    }
    compareWithTape((x) => turned(x, 3, 4, 7), byTape, [normal([2, 3, 4], 1)])
    const [q, k] = [normal([1, 4], 1), normal([1, 4], 2)]
    const product = (i: number, j: number): number => turned(q, i).mul(turned(k, j)).sum().dataSync()[0] ?? NaN
    expect(product(5, 2)).toBeCloseTo(product(13, 10), 5)
    expect(product(5, 2)).not.toBeCloseTo(product(5, 4), 2)
  })

  test('LSTM layer against its own steps on the tape', () => {
    const [length, batch, width] = [5, 3, 4]
    const stepByStep: Function = (x, weightIh, weightHh, bias) => {
      const zero = tf.zeros<tf.Rank.R2>([batch, width])
      const projected = tf.matMul(x, weightIh).add<tf.Tensor2D>(bias)
      return lstmSteps(projected, length, { hidden: zero, cell: zero }, (hidden) => tf.matMul(hidden, weightHh)).hiddens
    }
    compareWithTape(
      (x, weightIh, weightHh, bias) =>
        lstmLayer(
          x as tf.Tensor2D,
          weightIh as tf.Tensor2D,
          weightHh as tf.Tensor2D,
          bias as tf.Tensor1D,
          length,
          composedOps(null),
        ),
      stepByStep,
      [
        normal([length * batch, width], 1),
        normal([width, 4 * width], 2),
        normal([width, 4 * width], 3),
        normal([4 * width], 4),
      ],
    )
  })
})

test('the causal mask lets a position see itself and what came before', () => {
  const allowed = (mask: tf.Tensor2D): number[][] => mask.equal(0).cast('int32').arraySync() as number[][]
  expect(allowed(causalMask(tf.tensor1d([0, 1, 2], 'int32'), 3))).toEqual([
    [1, 0, 0],
    [1, 1, 0],
    [1, 1, 1],
  ])
  expect(allowed(causalMask(tf.tensor1d([2, 3], 'int32'), 4))).toEqual([
    [1, 1, 1, 0],
    [1, 1, 1, 1],
  ])
})
