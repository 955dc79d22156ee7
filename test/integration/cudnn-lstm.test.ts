import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { lstmLayer } from '../../src-main/engine/layers/lstm-layer'
import { RandomStream } from '../../src-main/engine/random'
import { cudnnOf, lstmOnHost, lstmParamsCount, lstmProblem } from '../../src-main/engine/runtime/tensorflow/cudnn'
import { cudnnLstm, lstmParams } from '../../src-main/engine/runtime/tensorflow/cudnn-lstm'
import { tensorFlowOps } from '../../src-main/engine/runtime/tensorflow/ops'
import { record } from '../../src-main/engine/runtime/tensorflow/record'
import { anyCudnn, openWithBackend } from './cudnn-fixture'
import { batchOf, largestDifference, lossesOf, stepFor, tinyConfig } from './engine-fixture'

/**
 * What can be said of cuDNN's kernel without a card: TensorFlow for processors knows its ops and infers their shapes, and
 * has no kernels. On a card: test/bench/cuda-lstm.ts.
 */

const { engine, backend } = await openWithBackend()

const [length, batch, inputWidth, width] = [5, 3, 6, 4]

function tensors(): [x: tf.Tensor2D, weightIh: tf.Tensor2D, weightHh: tf.Tensor2D, bias: tf.Tensor1D] {
  const random = new RandomStream(1, 'test')
  const numbers = (size: number): Float32Array => Float32Array.from({ length: size }, () => 2 * random.uniform() - 1)
  return [
    tf.tensor2d(numbers(length * batch * inputWidth), [length * batch, inputWidth]),
    tf.tensor2d(numbers(inputWidth * 4 * width), [inputWidth, 4 * width]),
    tf.tensor2d(numbers(width * 4 * width), [width, 4 * width]),
    tf.tensor1d(numbers(4 * width)),
  ]
}

describe('the weights in the order of cuDNN', () => {
  it('are to the definition of its LSTM what ours are to our layer', () => {
    const [x, ...weights] = tensors()
    const ours = lstmLayer(x, ...weights, length, tensorFlowOps(backend, null)).dataSync<'float32'>()
    const params = lstmParams(...weights).dataSync<'float32'>()
    expect(params).toHaveLength(lstmParamsCount(inputWidth, width))
    const theirs = lstmOnHost(x.dataSync<'float32'>(), params, { length, batch, inputWidth, width })
    expect(largestDifference(ours, theirs)).toBeLessThan(1e-6)
    expect(Math.max(...ours)).toBeGreaterThan(0.1)
  })

  it('have a gradient that finds back', () => {
    const [, ...weights] = tensors()
    const places = tf.range(0, lstmParamsCount(inputWidth, width))
    const [dIh, dHh, dBias] = tf.grads((...[ih, hh, bias]: tf.Tensor[]) =>
      lstmParams(ih as tf.Tensor2D, hh as tf.Tensor2D, bias as tf.Tensor1D)
        .mul(places)
        .sum(),
    )(weights) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D]
    const hiddenKernels = 4 * width * inputWidth
    const biases = hiddenKernels + 4 * width * width
    const [unit, d, h] = [2 * width + 1, 4, 3] // the second unit's gate g
    expect(dIh.arraySync()[d]?.[unit]).toBe(unit * inputWidth + d)
    expect(dHh.arraySync()[h]?.[unit]).toBe(hiddenKernels + unit * width + h)
    expect(dBias.arraySync()[unit]).toBe(biases + unit)
  })
})

describe("cuDNN's kernel", () => {
  it('is not tried where there is no card, nor op by op, nor in XLA', () => {
    expect(backend.cudnn).toBeNull()
    expect(lstmProblem(backend.context, inputWidth, width)).toMatch(/CudnnRNNParamsSize/)
    expect(cudnnOf(backend).hasLstm(inputWidth, width)).toBe(false)
    backend.cudnn = anyCudnn
    expect(tensorFlowOps(backend, null).lstm(...tensors(), length)).toBeNull()
    record(backend, 'cudnn_test', () => {
      expect(tensorFlowOps(backend, null, 'xla').lstm(...tensors(), length)).toBeNull()
      expect(tensorFlowOps(backend, null, 'graph').lstm(...tensors(), length)).not.toBeNull()
      backend.cudnn = { ...anyCudnn, hasLstm: () => false }
      expect(tensorFlowOps(backend, null, 'graph').lstm(...tensors(), length)).toBeNull()
    })
  })

  it('is recorded forward and backward, with the shapes of the layer', () => {
    backend.cudnn = anyCudnn
    const inputs = tensors()
    record(backend, 'cudnn_test', () => {
      const { value, grads } = tf.valueAndGrads((...[x, ih, hh, bias]: tf.Tensor[]) =>
        (
          cudnnLstm(
            backend,
            x as tf.Tensor2D,
            ih as tf.Tensor2D,
            hh as tf.Tensor2D,
            bias as tf.Tensor1D,
            length,
          ) as tf.Tensor2D
        ).sum(),
      )(inputs)
      expect(value.shape).toEqual([])
      expect(grads.map(({ shape }) => shape)).toEqual(inputs.map(({ shape }) => shape))
      tf.dispose([value, ...grads])
    })
  })

  const config = tinyConfig({ model: 'lstm', dropout: 0.1 })
  it.each([1, 2])('is in the training step and the evaluation, in %i parts', async (accumulation) => {
    backend.cudnn = anyCudnn
    const step = await stepFor(engine, { ...config, accumulation })
    const batch = batchOf(config, 1)
    await expect(step.run({ step: 1, learningRate: 1e-3, batch })).rejects.toMatchObject({
      params: { detail: /CudnnRNN/ },
    })
    await expect(step.evaluate(batch)).rejects.toMatchObject({ params: { detail: /CudnnRNNV3/ } })
  })

  it('leaves the step compiled with XLA, and what is recorded on processors, as they are', async () => {
    const plain = { ...config, dropout: 0 }
    const graph = await lossesOf(await stepFor(engine, plain), plain, 2)
    backend.cudnn = anyCudnn
    const xla = await lossesOf(await stepFor(engine, plain, 'xla'), plain, 2)
    expect(largestDifference(graph, xla)).toBeLessThan(1e-5)
  })
})
