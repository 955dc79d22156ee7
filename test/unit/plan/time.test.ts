import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { configFor } from '../../../src-main/plan/presets'
import {
  estimateTime,
  evaluationBatches,
  keyOf,
  shapeOf,
  usualMs,
  type Evidence,
  type StepTimes,
} from '../../../src-main/plan/time'
import type { RunChoice, RunConfig } from '../../../src-preload/contract/records/run-config'

const counts = {
  characters: 300_000,
  words: 50_000,
  lines: 2000,
  bytes: 300_000,
  distinctCharacters: 90,
  tokens: 100_000,
  maxVocabSize: 8000,
}
const choice: RunChoice = { model: 'llama', size: 'tiny', length: 'normal' }
const config: RunConfig = { ...configFor(choice, counts), maxSteps: 1000, evalInterval: 100, sampleInterval: 200 }
const run = { config, vocabSize: 1024, parameterCount: 1e6, valTokens: 10_000, bytesToTokenize: 0 }
const times: StepTimes = {
  startMs: 2000,
  firstStepMs: 100,
  settled: { afterMs: 10_000, steps: 100 },
  stepMs: 40,
  evaluationMs: 10,
  sampleMs: 500,
}
const shape = shapeOf(config, 1024)
const probe: Evidence = { shape, times, source: 'probe', measuredAt: 1 }

describe('estimateTime', () => {
  it('says nothing where nothing was measured', () => {
    expect(estimateTime(run, [])).toBeNull()
  })

  it('adds up what the parts of a run take', () => {
    const estimate = estimateTime(run, [probe])
    // 100 steps until it has settled, 900 from then on; 10 evaluations of 14 batches with a save of 4 MB each, 5 samples,
    // 2 saves of 12 MB: once it has settled, and at the end.
    const expected = 2000 + 500 + 10_000 + 900 * 40 + 10 * (14 * 10 + 31) + 5 * 500 + 2 * 63
    expect(estimate?.likelyMs).toBeCloseTo(expected)
    expect(estimate?.basis).toBe('probe')
  })

  it('looks at as many batches as it is told, or at the whole text where that is less', () => {
    const batches = (evalBatches: number, valTokens: number) =>
      evaluationBatches({ ...config, evalBatches, batchSize: 4, blockSize: 10 }, valTokens)
    expect([batches(0, 1000), batches(10, 1000), batches(100, 1000), batches(10, 50)]).toEqual([25, 10, 25, 2])
  })

  it('adds what tokenizing a new text takes', () => {
    const more = estimateTime({ ...run, bytesToTokenize: 10e6 }, [probe])
    expect(more?.likelyMs).toBeGreaterThan(estimateTime(run, [probe])?.likelyMs ?? Infinity)
  })

  it('never changes over in a run that is too short for it', () => {
    const short = { ...run, config: { ...config, maxSteps: 800 } }
    const slow = { ...probe, times: { ...times, settled: { afterMs: 1e9, steps: 1e7 } } }
    // Its share of the time until then; 8 evaluations, 4 samples, a save after a minute and one at the end.
    const expected = 2000 + 500 + 800 * 100 + 8 * (14 * 10 + 31) + 4 * 500 + 2 * 63
    expect(estimateTime(short, [slow])?.likelyMs).toBeCloseTo(expected)
  })

  it('leaves room for other programs that leave, or go on', () => {
    const busy = estimateTime(run, [{ ...probe, times: { ...times, othersShare: 0.5 } }])
    const alone = estimateTime(run, [probe])
    expect(busy?.likelyMs).toBe(alone?.likelyMs)
    expect(busy?.lowMs).toBeCloseTo((alone?.lowMs ?? 0) / 2)
    expect(busy?.highMs).toBeGreaterThan(alone?.highMs ?? Infinity)
  })

  it('begins as fast as the probe of the same shape did, where a run had to wait for more', () => {
    const cold: Evidence = { ...probe, source: 'run', times: { ...times, startMs: 60_000 } }
    expect(estimateTime(run, [cold, probe])?.likelyMs).toBeCloseTo((estimateTime(run, [cold])?.likelyMs ?? 0) - 58_000)
  })

  it('prefers a run to a probe, and the newest of both', () => {
    const older: Evidence = { ...probe, source: 'run', measuredAt: 2, times: { ...times, stepMs: 80 } }
    const newer: Evidence = { ...older, measuredAt: 3, times: { ...times, stepMs: 60 } }
    const estimate = estimateTime(run, [older, newer, { ...probe, measuredAt: 9 }])
    expect(estimate).toEqual(estimateTime(run, [newer]))
    expect(estimate?.basis).toBe('run')
  })

  it('leaves room below while a faster way may still be found', () => {
    const open = estimateTime(run, [{ ...probe, times: { ...times, settled: null } }])
    const settled = estimateTime(run, [probe])
    const width = (e: typeof open): number => (e?.highMs ?? 0) / (e?.lowMs ?? 1)
    expect(width(open)).toBeGreaterThan(width(settled))
  })

  it('takes the nearest shape for one that was not measured, with a wider range', () => {
    const wide = { ...run, config: { ...config, nEmbd: 256, nHead: 4 } }
    const estimate = estimateTime(wide, [probe])
    expect(estimate?.basis).toBe('similar')
    // Between twice and four times the work.
    expect((estimate?.likelyMs ?? 0) / (estimateTime(run, [probe])?.likelyMs ?? 1)).toBeGreaterThan(1.8)
    expect((estimate?.highMs ?? 0) / (estimate?.likelyMs ?? 1)).toBeGreaterThan(1.25)
  })

  it('grows with the steps, and its range holds the middle', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 1e6 }), (a, b) => {
        const of = (maxSteps: number) => estimateTime({ ...run, config: { ...config, maxSteps } }, [probe])
        const [less, more] = [of(Math.min(a, b)), of(Math.max(a, b))]
        for (const one of [less, more]) expect((one?.lowMs ?? 0) < (one?.likelyMs ?? 0)).toBe(true)
        // Across the length from which on ways are compared, the evidence is another shape's.
        if (less?.basis === more?.basis) expect(more?.likelyMs).toBeGreaterThanOrEqual(less?.likelyMs ?? 0)
      }),
    )
  })
})

it('what does not decide the time of a step is no part of the shape', () => {
  const other = { ...config, seed: 2, learningRate: 0.5, maxSteps: 2000, samplePrompt: 'x', evalInterval: 7 }
  expect(keyOf(shapeOf(other, 1024))).toBe(keyOf(shape))
  expect(keyOf(shapeOf({ ...config, nLayer: 5 }, 1024))).not.toBe(keyOf(shape))
})

it('what is usual counts bursts of other programs, but not a sleeping computer', () => {
  expect(usualMs([10, 10, 10, 60, 10])).toBe(20)
  expect(usualMs([10, 10, 10, 3_600_000, 10])).toBe(28)
  expect(usualMs([])).toBeNaN()
})
