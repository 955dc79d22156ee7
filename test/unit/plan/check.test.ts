import { describe, expect, it } from 'vitest'
import { problemsOf } from '../../../src-main/plan/check'
import type { RunConfig } from '../../../src-preload/contract/records'
import { config, counts } from '../db/rows'

const cases: [string, Partial<RunConfig>, string, Partial<RunConfig> | null][] = [
  ['heads', { nHead: 3 }, 'config.headsDoNotDivide', { nHead: 2 }],
  ['parts', { batchSize: 12, accumulation: 5 }, 'config.accumulationDoesNotDivide', { accumulation: 6 }],
  ['vocabulary', { vocabSize: 60_000 }, 'config.vocabTooLarge', { vocabSize: counts.maxVocabSize }],
  ['warm-up', { warmupSteps: 5000, maxSteps: 1000 }, 'config.warmupTooLong', { warmupSteps: 100 }],
  ['rates', { learningRate: 1e-4, minLearningRate: 1e-3 }, 'config.learningRateOrder', { minLearningRate: 1e-5 }],
  ['layers', { nLayer: 0 }, 'config.outOfRange', { nLayer: 1 }],
  ['fractions', { nLayer: 2.4 }, 'config.outOfRange', { nLayer: 2 }],
  ['no number', { dropout: NaN }, 'config.outOfRange', { dropout: 0 }],
]

describe('problemsOf', () => {
  it('has nothing against a preset', () => {
    expect(problemsOf(config, counts)).toEqual([])
  })

  it.each(cases)('%s: told, with a fix that removes it', (_, change, code, fix) => {
    const problems = problemsOf({ ...config, ...change }, counts)
    expect(problems).toMatchObject([{ error: { code }, fix }])
    expect(problemsOf({ ...config, ...change, ...problems[0]?.fix }, counts)).toEqual([])
  })

  it('a window that does not fit into the validation text', () => {
    const small = { ...counts, tokens: 1000, bytes: 3000, characters: 3000, maxVocabSize: 600 }
    const wish = { ...config, vocabSize: 512, blockSize: 256 }
    const [problem] = problemsOf(wish, small)
    expect(problem).toMatchObject({ field: 'blockSize', error: { code: 'config.contextTooLong' } })
    expect(problemsOf({ ...wish, ...problem?.fix }, small)).toEqual([])
  })

  it('no window at all: no fix to offer', () => {
    const none = { ...counts, tokens: 40, bytes: 80, characters: 80, maxVocabSize: 300 }
    const problem = problemsOf({ ...config, vocabSize: 260 }, none).find(({ field }) => field === 'blockSize')
    expect(problem?.fix).toBeNull()
  })

  it('heads do not matter to an LSTM, the vocabulary not to characters', () => {
    expect(problemsOf({ ...config, model: 'lstm', nHead: 3 }, counts)).toEqual([])
    expect(problemsOf({ ...config, tokenizer: 'char', vocabSize: 60_000 }, counts)).toEqual([])
  })
})
