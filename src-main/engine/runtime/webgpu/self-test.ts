import * as tf from '@tensorflow/tfjs'
import { AppError } from '../../../../src-preload/contract/errors'
import { RandomStream } from '../../random'
import { EagerTrainStep, type EagerDevice } from '../eager-step'
import { composedOps } from '../composed-ops'
import type { Model } from '../../model/architecture'
import { headMatrix, hiddenMatrix, table, zeros } from '../../model/weight-table'
import type { StepSpec } from '../../train-step'
import type { OpenGpu } from './backend'
import { gpuDevice } from './eager-device'

/** Largest relative difference: float32 sums in another order stay far below it, a wrong kernel far above. */
const tolerance = 1e-3

const [vocabSize, width, hidden] = [32, 16, 32]

/** A table, a hidden layer, an output: the kinds of operations that a language model is made of. */
const model: Model = {
  weights: [
    table('table', [vocabSize, width], zeros),
    hiddenMatrix('in', [width, hidden], zeros),
    { ...headMatrix('out', [hidden, vocabSize], zeros), decay: false },
  ],
  window: null,
  heads: 0,
  cacheShapes: () => [],
  forward: (ops, ids) => {
    const rows = ops.dropout(ops.rows('table', ids.as1D()), 0) // (B·T, width)
    const hidden = tf.softmax<tf.Tensor2D>(ops.matMul(rows, 'in').tanh().mul(3)) // (B·T, hidden)
    return { hidden, weight: 'out', isTable: false, bias: null }
  },
}

const spec: StepSpec = {
  model,
  batchSize: 4,
  accumulation: 1,
  blockSize: 8,
  dropout: 0.1,
  activationCheckpointing: false,
  seed: 1,
  optimizer: { optimizer: 'adamw', matrixRate: 1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1 },
  gradClip: 0.5,
}

/** Two training steps and the new weights. */
async function trained(device: EagerDevice): Promise<number[]> {
  const random = new RandomStream(1, 'test')
  const numbers = (size: number): Float32Array => Float32Array.from({ length: size }, () => random.uniform() - 0.5)
  const step = new EagerTrainStep(spec, device)
  step.writeWeights(
    new Map(model.weights.map(({ name, shape }) => [name, { shape, data: numbers(shape.reduce((a, b) => a * b, 1)) }])),
  )
  const tokens = (): Int32Array => Int32Array.from({ length: 32 }, () => random.intBelow(vocabSize))
  try {
    for (const at of [1, 2]) await step.run({ step: at, learningRate: 0.01, batch: { x: tokens(), y: tokens() } })
    const { lossNats, gradNorm } = await step.readMetrics()
    return [lossNats, gradNorm, ...[...(await step.readWeights()).values()].flatMap(({ data }) => [...data])]
  } finally {
    step.close()
  }
}

/** The two products and sums that the stock backend gets wrong, with values that make the answer plain. */
async function products(): Promise<number[]> {
  const result = tf.tidy(() => {
    const product = tf.matMul(tf.range(0, 8).reshape([8, 1]).tile([1, 2048]), tf.ones([512, 2048]), false, true)
    const sum = tf.addN(Array.from({ length: 20 }, (_, i) => tf.fill([40, 40], i)))
    return tf.concat1d([product.div(2048).mean(1).as1D(), sum.mean().as1D()])
  })
  const numbers = [...(await result.data())]
  result.dispose()
  return numbers
}

/**
 * Whether a card computes what it should, in a second: drivers differ, and a wrong number trains a wrong model silently.
 * TensorFlow.js's plain JavaScript backend says what is right.
 * @throws `engine.failed`
 */
export async function testGpu(gpu: OpenGpu): Promise<void> {
  const found = [...(await products()), ...(await trained(gpuDevice(gpu)))]
  await gpu.settled()
  const plain = await trained({
    activate: () => void tf.setBackend('cpu'),
    opsOf: composedOps,
  })
  gpuDevice(gpu).activate()
  const expected = [0, 1, 2, 3, 4, 5, 6, 7, 190, ...plain]
  const wrong = expected.findIndex((value, i) => {
    const difference = Math.abs(value - (found[i] ?? NaN))
    return !(difference <= tolerance * Math.max(1, Math.abs(value)))
  })
  if (wrong < 0 && found.length === expected.length) return
  const detail = `${gpu.name}: self-test, number ${wrong}: expected ${expected[wrong]}, got ${found[wrong]}`
  throw new AppError('engine.failed', { detail })
}
