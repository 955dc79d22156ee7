import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { decodeStep, disposeDecodeState, type DecodeState } from '../../../src-main/engine/model/decode'
import { forwardOf } from '../../../src-main/engine/model/model'
import { configOf, largestDifference, livelyWeights, plainOps, someIds } from './plain'

beforeAll(() => tf.setBackend('cpu'))

const vocabSize = 23
const small = { nLayer: 2, nHead: 2, nEmbd: 16, blockSize: 8 }
const tolerance = 1e-5

describe.each(['gpt', 'lstm'] as const)('%s', (model) => {
  const config = configOf({ ...small, model })
  const weights = livelyWeights(config, vocabSize)
  const ids = [...someIds(8, vocabSize)]
  /** Of the last position, all at once. */
  const logitsAfter = (tokens: number[]): tf.Tensor1D =>
    forwardOf(config)(weights, tf.tensor2d(tokens, [1, tokens.length], 'int32'), plainOps)
      .slice([tokens.length - 1, 0], [1, vocabSize])
      .flatten()

  test.each([1, 3, 7])('a prompt of %i, then token by token, equals the whole at every position', (promptLength) => {
    let { logits, state } = decodeStep(config, weights, ids.slice(0, promptLength), null, plainOps)
    expect(largestDifference(logits, logitsAfter(ids.slice(0, promptLength)))).toBeLessThan(tolerance)
    for (let t = promptLength; t < ids.length; t++) {
      ;({ logits, state } = decodeStep(config, weights, ids.slice(t, t + 1), state, plainOps))
      expect(largestDifference(logits, logitsAfter(ids.slice(0, t + 1))), `position ${t}`).toBeLessThan(tolerance)
    }
    disposeDecodeState(state)
  })

  test('uses up the state it is given: the tensor count stays flat', () => {
    let state: DecodeState | null = null
    const counts: number[] = []
    for (let i = 0; i < 30; i++) {
      const step = decodeStep(config, weights, [i % vocabSize], state, plainOps)
      step.logits.dispose()
      state = step.state
      counts.push(tf.memory().numTensors)
    }
    expect(new Set(counts).size).toBe(1)
  })
})

describe('a GPT whose window is full', () => {
  const config = configOf({ ...small, model: 'gpt' })
  const weights = livelyWeights(config, vocabSize)
  const whole = (tokens: number[]): tf.Tensor =>
    forwardOf(config)(weights, tf.tensor2d(tokens, [1, tokens.length], 'int32'), plainOps).slice(
      [tokens.length - 1, 0],
      [1, vocabSize],
    )

  test('sees the last blockSize tokens of a longer prompt', () => {
    const ids = [...someIds(30, vocabSize)]
    const { logits } = decodeStep(config, weights, ids, null, plainOps)
    expect(largestDifference(logits, whole(ids.slice(-8)).flatten())).toBeLessThan(tolerance)
  })

  test('goes on with the last half, and then fills up again', () => {
    const ids = [...someIds(20, vocabSize)]
    let { logits, state } = decodeStep(config, weights, ids.slice(0, 8), null, plainOps)
    const seen: number[] = []
    for (let t = 8; t < ids.length; t++) {
      ;({ logits, state } = decodeStep(config, weights, ids.slice(t, t + 1), state, plainOps))
      const window = state.model === 'gpt' ? state.ids.length : 0
      seen.push(window)
      expect(largestDifference(logits, whole(ids.slice(t + 1 - window, t + 1)).flatten())).toBeLessThan(tolerance)
    }
    expect(seen).toEqual([4, 5, 6, 7, 8, 4, 5, 6, 7, 8, 4, 5])
  })
})
