import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { WeightLayout } from '../../../src-main/engine/layout'
import { momentsOf } from '../../../src-main/engine/optim/moments'
import { stateTensors, type StatePart } from '../../../src-main/engine/state-tensors'
import { readAll } from '../../../src-main/engine/tensor-stream'
import { openWasmBackend } from '../../../src-main/engine/runtime/wasm'
import { headMatrix, zeros, type WeightShape } from '../../../src-main/engine/model/weight-table'

beforeAll(async () => {
  await openWasmBackend()
})

const weight = (name: string, shape: number[], decay: boolean): WeightShape => ({
  ...headMatrix(name, [0, 0], zeros),
  shape,
  decay,
})
const weights = [weight('bias', [2], false), weight('matrix', [2, 3], true), weight('norm', [1], false)]
const layout = new WeightLayout(weights)
/** The matrix in a vector of its own. */
const inTwo = new WeightLayout(weights, ({ name }) => name === 'matrix')
const tensors = new Map([
  ['bias', { shape: [2], data: Float32Array.of(1, 2) }],
  ['matrix', { shape: [2, 3], data: Float32Array.of(3, 4, 5, 6, 7, 8) }],
  ['norm', { shape: [1], data: Float32Array.of(9) }],
])

const streamsOf = (layout: WeightLayout, state: Partial<Record<StatePart, readonly Float32Array[]>>) =>
  stateTensors(layout, {
    read: (part, { vector, offset, size }) =>
      Promise.resolve(state[part]?.[vector]?.slice(offset, offset + size) ?? new Float32Array()),
    release: () => undefined,
  })

describe('WeightLayout', () => {
  it('puts what decays first and gives everything back in the order of the model', async () => {
    const flats = layout.pack(tensors)
    expect(flats.map((flat) => [...flat])).toEqual([[3, 4, 5, 6, 7, 8, 1, 2, 9]])
    expect([layout.size, layout.vectors[0]?.decayedSize]).toEqual([9, 6])
    expect([...(await readAll(streamsOf(layout, { weights: flats }).weights))]).toEqual([...tensors])
  })

  it('gives a large weight a vector of its own', async () => {
    const flats = inTwo.pack(tensors)
    expect(flats.map((flat) => [...flat])).toEqual([
      [3, 4, 5, 6, 7, 8],
      [1, 2, 9],
    ])
    expect([inTwo.size, ...inTwo.vectors.map(({ decayedSize }) => decayedSize)]).toEqual([9, 6, 0])
    expect([...(await readAll(streamsOf(inTwo, { weights: flats }).weights))]).toEqual([...tensors])
  })

  it.each([
    ['one vector', layout],
    ['two', inTwo],
  ])('splits and joins tensors the same way: %s', (_, layout) => {
    const values = tf.tidy(() => {
      const weights = layout.split(layout.pack(tensors).map((flat) => tf.tensor1d(flat)))
      expect([...weights].map(([name, tensor]) => [name, tensor.shape])).toEqual([
        ['bias', [2]],
        ['matrix', [2, 3]],
        ['norm', [1]],
      ])
      return layout.join(weights).map((flat) => flat.arraySync())
    })
    expect(values).toEqual(layout.pack(tensors).map((flat) => [...flat]))
  })

  it('names the optimizer state and reads it back', async () => {
    const expAvg = [Float32Array.from({ length: 9 }, (_, i) => i)]
    const expAvgSq = [Float32Array.from({ length: 9 }, (_, i) => i * 10)]
    const named = await readAll(streamsOf(layout, { expAvg, expAvgSq }).optimizer)
    expect([...named.keys()].slice(2, 4)).toEqual(['exp_avg.norm', 'exp_avg_sq.bias'])
    expect(named.get('exp_avg_sq.norm')).toEqual({ shape: [1], data: Float32Array.of(80) })
    const moments = momentsOf(named)
    expect([layout.pack(moments.expAvg), layout.pack(moments.expAvgSq)]).toEqual([expAvg, expAvgSq])
  })

  it('refuses weights of another model', () => {
    const missing = new Map([...tensors].filter(([name]) => name !== 'norm'))
    expect(() => layout.pack(missing)).toThrow('checkpoint.damaged')
    const other = new Map([...tensors, ['norm', { shape: [2], data: new Float32Array(2) }]])
    expect(() => layout.pack(other)).toThrow('checkpoint.damaged')
  })
})
