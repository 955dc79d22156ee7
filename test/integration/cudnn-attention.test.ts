import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { attend } from '../../src-main/engine/layers/attention'
import { causalMask } from '../../src-main/engine/layers/shared-ops'
import { stepSpecOf } from '../../src-main/engine/step-spec'
import { RandomStream } from '../../src-main/engine/random'
import { cudnnOf } from '../../src-main/engine/runtime/tensorflow/cudnn'
import { attentionProblem, attentionWrittenOut } from '../../src-main/engine/runtime/tensorflow/cudnn-attention'
import { bfloat16MatMul } from '../../src-main/engine/runtime/tensorflow/mixed-precision'
import { sumByProduct, tensorFlowOps } from '../../src-main/engine/runtime/tensorflow/ops'
import { record } from '../../src-main/engine/runtime/tensorflow/record'
import { anyCudnn, openWithBackend } from './cudnn-fixture'
import { largestDifference, lossesOf, stepFor, tinyConfig, vocabSize } from './engine-fixture'

/**
 * What can be said of cuDNN's attention without a card: TensorFlow records the calls and infers their shapes, and XLA for
 * processors says by name that it has no such thing. docs/log/039 has what a card gave.
 */

const { engine, backend } = await openWithBackend()

const [batch, nHead, length, headDim] = [2, 3, 8, 16]

function tensors(count: number, shape: [number, number, number, number]): tf.Tensor4D[] {
  const random = new RandomStream(1, 'test')
  const size = shape.reduce((product, dim) => product * dim, 1)
  return Array.from({ length: count }, () =>
    tf.tensor4d(
      Float32Array.from({ length: size }, () => 2 * random.uniform() - 1),
      shape,
    ),
  )
}

describe("cuDNN's attention", () => {
  it('is held to the formula, whose gradients are those of our own', () => {
    const scale = 1 / Math.sqrt(headDim)
    const [q, k, v, dy] = tensors(4, [1, 1, length, headDim]) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.Tensor4D]
    const mask = causalMask(tf.range(0, length, 1, 'int32'), length)
    const ops = tensorFlowOps(backend, null)
    const ours = (...[q, k, v]: tf.Tensor[]): tf.Tensor =>
      attend(
        ops,
        { ...({ q, k, v } as Record<'q' | 'k' | 'v', tf.Tensor4D>), mask, site: 0, index: 0, cache: undefined },
        0,
      )
    const expected = [ours(q, k, v), ...tf.grads(ours)([q, k, v], dy)]
    attentionWrittenOut([q, k, v, dy], scale).forEach((result, i) => {
      const theirs = expected[i]?.dataSync<'float32'>() ?? []
      expect(largestDifference(result.dataSync<'float32'>(), theirs)).toBeLessThan(1e-6)
    })
  })

  it('is not to be had without a card, nor with heads that it has no kernel for', () => {
    expect(attentionProblem(backend, length, headDim)).toMatch(/__cudnn\$fmhaSoftmax/)
    expect(cudnnOf(backend).hasAttention(length, headDim)).toBe(false)
    expect(attentionProblem(backend, length, 12)).toBe('no kernel for heads of 12')
    expect(attentionProblem(backend, length, 256)).toBe('no kernel for heads of 256')
  })

  it('is recorded into what XLA compiles in bfloat16, forward and backward, and nowhere else', () => {
    backend.cudnn = anyCudnn
    const inputs = tensors(3, [batch, nHead, length, headDim])
    const attention = (tier: 'graph' | 'xla' | 'eager', [q, k, v]: tf.Tensor[]): tf.Tensor4D | null =>
      tensorFlowOps(backend, null, tier).attention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, 0.25)
    expect(attention('eager', inputs)).toBeNull()
    record(backend, 'attention_test', () => {
      expect(attention('xla', inputs)).toBeNull()
    })
    const inBfloat16 = bfloat16MatMul('xla', true)
    const inXla = (body: () => void): void => {
      record(backend, 'attention_test', body, inBfloat16)
    }
    inXla(() => {
      expect(attention('graph', inputs)).toBeNull()
      const { value, grads } = tf.valueAndGrads((...all: tf.Tensor[]) => (attention('xla', all) as tf.Tensor4D).sum())(
        inputs,
      )
      expect(value.shape).toEqual([])
      expect(grads.map(({ shape }) => shape)).toEqual(inputs.map(({ shape }) => shape))
      tf.dispose([value, ...grads])
      backend.cudnn = { ...anyCudnn, hasAttention: () => false }
      expect(attention('xla', inputs)).toBeNull()
    })
  })

  it.each(['gpt', 'llama'] as const)('is in the step of %s where it drops nothing', async (model) => {
    backend.cudnn = anyCudnn
    const create = (dropout: number): Promise<unknown> =>
      engine.compileStep(stepSpecOf(tinyConfig({ model, dropout }), vocabSize), {
        compile: 'xla',
        precision: 'bfloat16',
      })
    await expect(create(0)).rejects.toMatchObject({ params: { detail: /__cudnn\$fmhaSoftmax/ } })
    await expect(create(0.1)).resolves.toHaveProperty('timings')
  })
})

describe('the gradient of an embedding on a card', () => {
  it('is the sum of the rows of each token, in parts where there are many', () => {
    const places = tf.tensor1d([3, 0, 3, 3, 5, 0], 'int32')
    const rows = tf.range(0, 12).reshape<tf.Tensor2D>([6, 2])
    const expected = tf.unsortedSegmentSum(rows, places, 7).dataSync<'float32'>()
    expect(sumByProduct(rows, places, 7).dataSync<'float32'>()).toEqual(expected)
    expect(sumByProduct(rows, places, 7, 14).dataSync<'float32'>()).toEqual(expected)
    expect(expected.some((sum) => sum > 10)).toBe(true)
  })

  it('leaves a training what it is', async () => {
    const config = tinyConfig()
    const segments = await lossesOf(await stepFor(engine, config), config, 3)
    backend.cudnn = anyCudnn
    const products = await lossesOf(await stepFor(engine, config), config, 3)
    expect(largestDifference(segments, products)).toBeLessThan(1e-5)
  })
})
