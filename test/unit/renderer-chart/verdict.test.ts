import { describe, expect, test } from 'vitest'
import type { EvalRow, RunRecord, StepRow } from '../../../src-preload/contract/records'
import { CurveBuffer } from '../../../src-renderer/composables/chart/curveBuffer'
import { bestEval, roundedLeftMs, timeLeftMs, verdictOf } from '../../../src-renderer/composables/verdict'

/** A run whose training loss is `loss(i)` at step 10·i and whose tests gave `tests`, evenly spread. */
function run(loss: (i: number) => number, steps: number, tests: readonly number[]): CurveBuffer {
  const buffer = new CurveBuffer()
  const row = (i: number): StepRow => ({
    seq: i,
    step: i * 10,
    tokens: i * 7680,
    elapsedMs: i * 500,
    lossNats: loss(i),
    gradNorm: 1,
    learningRate: 1e-3,
    tokensPerSecond: 15_000,
    memoryBytes: 1e8,
  })
  buffer.appendSteps(Array.from({ length: steps }, (_, i) => row(i + 1)))
  tests.forEach((valLossNats, i) => {
    const step = Math.round(((i + 1) * steps * 10) / tests.length)
    const test: EvalRow = { ...row(1), seq: 10_000 + i, step, valLossNats, perplexity: 1, bitsPerByte: 1, accuracy: 0 }
    buffer.appendEval(test)
  })
  return buffer
}
const falling = (i: number): number => 2 + 4 * Math.exp(-i / 30)

describe('verdict', () => {
  test.each([
    ['waiting', run(falling, 0, [])],
    ['early', run(falling, 5, [])],
    ['early', run(falling, 20, [4])],
    ['learning', run(falling, 100, [4, 3.4, 3])],
    ['slowing', run(falling, 100, [3, 2.5, 2.2, 2.19, 2.18, 2.17])],
    ['level', run(falling, 100, [3, 2.5, 2.2, 2.199, 2.2, 2.198])],
    ['nothing', run(() => 8, 100, [6.3, 7.5, 8])],
    ['nothing', run((i) => (i < 5 ? 6.2 : 8), 100, [6.1, 7.5, 8])],
    // Once it was good: it jumped, and its best state is worth something.
    ['unstable', run((i) => (i < 90 ? 3 : 8), 100, [4, 3, 8])],
    // It knows its own text: that is no nothing.
    ['memorising', run(falling, 100, [4, 6.3, 6.4])],
    ['memorising', run(falling, 100, [3, 2.5, 2.3, 2.35, 2.4])],
  ] as const)('%s', (expected, curves) => {
    expect(verdictOf(curves, 500)).toBe(expected)
  })

  test('one worse test is not memorising yet', () => {
    expect(verdictOf(run(falling, 100, [3, 2.5, 2.3, 2.35]), 500)).not.toBe('memorising')
  })

  test('frequent tests of a run that still learns are not level', () => {
    const often = Array.from({ length: 37 }, (_, i) => 3 + 2.5 * Math.exp(-i / 12))
    expect(verdictOf(run(falling, 100, often), 500)).toBe('learning')
  })

  test('a loss that jumps up and stays there is unstable, and so is one that is no number', () => {
    expect(
      verdictOf(
        run((i) => (i < 80 ? falling(i) : 5), 100, [3, 2.5, 2.2]),
        500,
      ),
    ).toBe('unstable')
    expect(
      verdictOf(
        run((i) => (i < 98 ? falling(i) : NaN), 100, [3, 2.5, 2.2]),
        500,
      ),
    ).toBe('unstable')
  })

  test('a restless curve of small batches is not unstable', () => {
    const restless = (i: number): number => falling(i) + Math.sin(i * 12.9898) * 0.6
    expect(verdictOf(run(restless, 200, [3, 2.6, 2.3]), 500)).toBe('learning')
  })
})

test('the best test is the lowest one', () => {
  expect(bestEval(run(falling, 100, [3, 2.2, 2.4]).evals)?.valLossNats).toBe(2.2)
  expect(bestEval([])).toBeUndefined()
})

test('time left goes by the last steps, and is unknown before there are three', () => {
  const record = { maxSteps: 2000 } as RunRecord
  expect(timeLeftMs(record, run(falling, 2, []))).toBeNull()
  // 10 steps in 500 ms; 1,000 steps are left.
  expect(timeLeftMs(record, run(falling, 100, []))).toBeCloseTo(50_000, 6)
})

test.each([
  [0, 0],
  [59_999, 0],
  [60_000, 60_000],
  [108_300, 110_000],
  [297_000, 300_000],
  [331_000, 6 * 60_000],
  [3 * 3_600_000 + 61_000, 3 * 3_600_000],
])('time left of %i ms is told as %i', (leftMs, told) => {
  expect(roundedLeftMs(leftMs)).toBe(told)
})
