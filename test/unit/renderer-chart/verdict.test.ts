import { describe, expect, test } from 'vitest'
import type { EvalRow, StepRow } from '../../../src-preload/contract/records/curves'
import type { RunRecord } from '../../../src-preload/contract/records/runs'
import { CurveBuffer } from '../../../src-renderer/composables/chart/curveBuffer'
import { roundedLeftMs } from '../../../src-preload/contract/durations'
import { bestEval, gapOf, isImproving, timeLeftMs, verdictOf } from '../../../src-renderer/composables/verdict'

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

  test('one worse evaluation is neither memorizing nor progress', () => {
    expect(verdictOf(run(falling, 100, [3, 2.5, 2.3, 2.35]), 500)).toBe('wavering')
    expect(verdictOf(run(falling, 100, [3, 2.8, 2.3, 2.301]), 500)).toBe('wavering')
  })

  test('what gets worse on its own text too has memorized nothing', () => {
    expect(
      verdictOf(
        run((i) => (i < 80 ? 2 : 2 + 0.02 * (i - 80)), 100, [2.5, 2.1, 2.3, 2.4]),
        500,
      ),
    ).toBe('worsening')
    // As bad on both.
    expect(
      verdictOf(
        run(() => 2.4, 100, [2.5, 2.1, 2.3, 2.4]),
        500,
      ),
    ).toBe('worsening')
  })

  test('a training loss that rises is no progress, whatever the evaluations say', () => {
    expect(
      verdictOf(
        run((i) => (i <= 90 ? 3 : 3.2), 100, [4, 3.4, 3]),
        500,
      ),
    ).toBe('worsening')
  })

  /** Numbers from 0 to 1, the same each time (mulberry32). */
  function draws(seed: number): () => number {
    let state = seed
    return () => {
      state = (state + 0x6d2b79f5) | 0
      let t = Math.imul(state ^ (state >>> 15), 1 | state)
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
    }
  }

  test('none says that it improves where its last evaluation is not the best, or the training loss has risen', () => {
    const seen = new Map<string, number>()
    for (let seed = 0; seed < 4000; seed++) {
      const draw = draws(seed)
      const count = 2 + Math.floor(draw() * 12)
      const [trend, noise] = [(draw() - 0.7) * 0.4, draw() * 0.2]
      const evals = Array.from({ length: count }, (_, i) => Math.max(0.5, 4 + trend * i + (draw() - 0.5) * noise))
      const lift = draw() < 0.3 ? 0.5 : 0
      const curves = run((i) => falling(i) + (i > 90 ? lift : 0) + (draw() - 0.5) * 0.1, 100, evals)
      const verdict = verdictOf(curves, 500)
      seen.set(verdict, (seen.get(verdict) ?? 0) + 1)
      if (!isImproving(verdict)) continue
      const facts = `${seed}: ${verdict} ${evals.join(' ')}`
      expect(evals.at(-1), facts).toBe(Math.min(...evals))
      expect(evals.at(-1), facts).toBeLessThan(evals.at(-2) ?? 0)
      expect(lift, facts).toBe(0)
    }
    // Each of them was put to the test.
    for (const verdict of ['learning', 'slowing', 'wavering', 'level', 'memorising', 'worsening']) {
      expect(seen.get(verdict) ?? 0, verdict).toBeGreaterThan(20)
    }
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

describe('the gap between training and unseen text', () => {
  test('is that of the perplexities at the last evaluation', () => {
    const gap = gapOf(run(() => Math.log(10), 100, [4, Math.log(13)]))
    expect(gap?.training).toBeCloseTo(10, 9)
    expect(gap?.unseen).toBeCloseTo(13, 9)
    expect(gap?.share).toBeCloseTo(0.3, 9)
    expect(gap?.size).toBe('some')
    expect(gapOf(run(() => 2.3, 100, [2.31]))?.size).toBe('none')
    expect(gapOf(run(() => 2.3, 100, [2.9]))?.size).toBe('large')
  })

  test('does not take in what was trained since', () => {
    const curves = run((i) => (i <= 50 ? 2 : 1), 100, [3])
    curves.evals[0] = { ...(curves.evals[0] as EvalRow), step: 500 }
    expect(gapOf(curves)?.training).toBeCloseTo(Math.exp(2), 9)
  })

  test('is not known before there are both, or where the loss is no number', () => {
    expect(gapOf(run(falling, 0, []))).toBeNull()
    expect(gapOf(run(falling, 20, []))).toBeNull()
    expect(gapOf(run(() => NaN, 20, [3]))).toBeNull()
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
