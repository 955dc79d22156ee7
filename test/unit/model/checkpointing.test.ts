import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import { forwardOf } from '../../model'
import { composedOps } from '../../../src-main/engine/runtime/composed-ops'
import { lossSumOf } from '../../../src-main/engine/layers/head'
import { configOf, livelyWeights, someIds } from './plain'

const vocabSize = 13

beforeAll(() => tf.setBackend('cpu'))

/** Loss and the gradient of every weight, dropout included, and the most bytes that stood in memory. */
async function backward(config: RunConfig): Promise<{ numbers: number[][]; peakBytes: number }> {
  const weights = livelyWeights(config, vocabSize)
  const names = [...weights.keys()]
  const shape: [number, number] = [config.batchSize, config.blockSize]
  const ids = tf.tensor2d(someIds(shape[0] * shape[1], vocabSize), shape, 'int32')
  const targets = tf.tensor1d(someIds(ids.size, vocabSize).toReversed(), 'int32')
  const ops = composedOps({ seed: 5, step: 3 })
  const lossOf = (...values: tf.Tensor[]): tf.Scalar =>
    lossSumOf(
      forwardOf(config)(new Map(names.map((name, i) => [name, values[i] as tf.Tensor])), ids, ops),
      targets,
      ops,
    )
  let results: tf.Tensor[] = []
  const before = tf.memory()
  const { peakBytes } = await tf.profile(() => {
    const { value, grads } = tf.valueAndGrads(lossOf)([...weights.values()])
    results = [value, ...grads]
    return results
  })
  // Nothing of either tape is left behind.
  expect(tf.memory().numTensors - before.numTensors).toBe(results.length)
  const numbers = await Promise.all(results.map(async (tensor) => [...(await tensor.data<'float32'>())]))
  tf.dispose([...results, ...weights.values(), ids, targets])
  return { numbers, peakBytes: peakBytes - before.numBytes }
}

describe.each(['gpt', 'llama'] as const)('a %s that keeps only what goes into its blocks', (model) => {
  const config = configOf({ model, nLayer: 6, nHead: 2, nEmbd: 8, blockSize: 16, batchSize: 4, dropout: 0.2 })

  it('has the same loss and the same gradients, bit for bit, in less memory', async () => {
    const whole = await backward(config)
    const again = await backward({ ...config, activationCheckpointing: 'on' })
    expect(again.numbers).toEqual(whole.numbers)
    expect(again.peakBytes).toBeLessThan(0.5 * whole.peakBytes)
  })
})
