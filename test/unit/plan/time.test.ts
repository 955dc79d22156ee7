import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { configFor } from '../../../src-main/plan/presets'
import { estimateTime, keyOf, shapeOf, type Evidence, type StepTimes } from '../../../src-main/plan/time'
import type { RunChoice, RunConfig } from '../../../src-preload/contract/records'

const counts = {
  characters: 300_000,
  words: 50_000,
  lines: 2000,
  bytes: 300_000,
  distinctCharacters: 90,
  tokens: 100_000,
  maxVocabSize: 8000,
}
const choice: RunChoice = { model: 'modern', size: 'tiny', length: 'normal' }
const config: RunConfig = { ...configFor(choice, counts), maxSteps: 1000, evalInterval: 100, sampleInterval: 200 }
const run = { config, vocabSize: 1024, parameterCount: 1e6, valTokens: 10_000 }
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
    // 100 steps as it begins, 900 settled; then 9 evaluations of 14 batches, 5 samples, 9 + 1 saves of 4 and 12 MB.
    const expected = 2000 + 10_000 + 900 * 40 + 9 * 14 * 10 + 5 * 500 + 9 * (40 + 20) + (40 + 60)
    expect(estimate?.likelyMs).toBeCloseTo(expected)
    expect(estimate?.basis).toBe('probe')
  })

  it('never changes over in a run that is too short for it', () => {
    const short = { ...run, config: { ...config, maxSteps: 800 } }
    const slow = { ...probe, times: { ...times, settled: { afterMs: 1e9, steps: 1e7 } } }
    expect(estimateTime(short, [slow])?.likelyMs).toBeCloseTo(2000 + 800 * 100 + 2 * (40 + 60))
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
