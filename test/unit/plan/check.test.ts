import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fieldProblems, problemsOf, withinLimits } from '../../../src-main/plan/check'
import { nextDivisor } from '../../../src-main/plan/divisor'
import { summarize } from '../../../src-main/plan/summary'
import { runConfig, type RunConfig } from '../../../src-preload/contract/records/run-config'
import { runFields } from '../../../src-preload/contract/limits'
import { config, counts } from '../db/rows'

const cases: [string, Partial<RunConfig>, string, Partial<RunConfig> | null][] = [
  ['heads', { nHead: 3 }, 'config.headsDoNotDivide', { nHead: 2 }],
  [
    'the width of a Llama',
    { model: 'llama', nEmbd: 104, nHead: 13 },
    'config.widthNotInSteps',
    { nEmbd: 96, nHead: 12 },
  ],
  ['parts', { batchSize: 12, accumulation: 5 }, 'config.accumulationDoesNotDivide', { accumulation: 6 }],
  ['vocabulary', { vocabSize: 60_000 }, 'config.vocabTooLarge', { vocabSize: counts.maxVocabSize }],
  ['warm-up', { warmupSteps: 5000, maxSteps: 1000 }, 'config.warmupTooLong', { warmupSteps: 100 }],
  ['rates', { learningRate: 1e-4, minLearningRate: 1e-3 }, 'config.learningRateOrder', { minLearningRate: 1e-5 }],
  ['layers', { nLayer: 0 }, 'config.outOfRange', { nLayer: 1 }],
  ['fractions', { nLayer: 2.4 }, 'config.outOfRange', { nLayer: 2 }],
  ['no number', { dropout: NaN }, 'config.outOfRange', { dropout: 0 }],
  ['no such tokenizer', { tokenizer: 'word' as 'char' }, 'config.notAnOption', { tokenizer: 'bpe' }],
  ['no such model', { model: 'bert' as 'gpt' }, 'config.notAnOption', { model: 'gpt' }],
  ['no such way to compute', { compile: 'fast' as 'graph' }, 'config.notAnOption', { compile: 'auto' }],
  ['no such precision', { precision: 'half' as 'float32' }, 'config.notAnOption', { precision: 'auto' }],
  ['a very long prompt', { samplePrompt: 'a'.repeat(2001) }, 'config.textTooLong', { samplePrompt: 'a'.repeat(2000) }],
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

  it.each([
    ['one letter', 1, 1],
    ['one word', 5, 1],
    ['a line', 80, 15],
  ])('%s: how much text it takes, in words', (_, characters, words) => {
    const short = { ...counts, words, tokens: characters, bytes: characters, characters, maxVocabSize: 257 }
    for (const tokenizer of ['char', 'bpe'] as const) {
      const problem = problemsOf({ ...config, tokenizer, vocabSize: 257 }, short).at(-1)
      expect(problem).toMatchObject({
        error: { code: 'config.tooLittleText', params: { words, least: 200 } },
        fix: null,
      })
    }
  })

  it('a short text that has enough characters is trained on those', () => {
    const short = { ...counts, words: 20, tokens: 40, bytes: 100, characters: 100, maxVocabSize: 290 }
    const [problem] = problemsOf({ ...config, tokenizer: 'bpe', vocabSize: 290 }, short)
    expect(problem).toMatchObject({ error: { code: 'config.contextTooLong' }, fix: { tokenizer: 'char' } })
    expect(problemsOf({ ...config, vocabSize: 290, ...problem?.fix }, short)).toEqual([])
  })

  it('heads do not matter to an LSTM, the vocabulary not to characters', () => {
    expect(problemsOf({ ...config, model: 'lstm', nHead: 3 }, counts)).toEqual([])
    expect(problemsOf({ ...config, tokenizer: 'char', vocabSize: 60_000 }, counts)).toEqual([])
  })
})

/** Whatever a command line, a file or another program may say. */
const anything = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.string(),
  fc.constantFrom(null, true, '', 'word', -0, 1e300, 0.5, -1, {}),
)

describe('settings that are nothing the table knows', () => {
  it('are told before anything is computed from them, and what is offered instead is valid', () => {
    const some = fc.record(Object.fromEntries(runFields.map((field) => [field, anything])), { requiredKeys: [] })
    fc.assert(
      fc.property(some, (settings) => {
        const wrong = { ...config, ...settings } as RunConfig
        const isValid = runConfig.safeParse(wrong).success
        expect(fieldProblems(settings).length === 0).toBe(isValid)
        if (!isValid) expect(problemsOf(wrong, counts)).toEqual(fieldProblems(settings))
        const nearest = withinLimits(wrong)
        expect(runConfig.safeParse(nearest).error).toBeUndefined()
        expect(summarize(nearest, 512, 1000).memoryBytes).toBeGreaterThan(0)
      }),
      { numRuns: 300 },
    )
  })

  it('end every search for a divisor', () => {
    const number = fc.oneof(fc.double({ min: -1e4, max: 1e4 }), fc.constantFrom(NaN, Infinity, -Infinity, 0))
    fc.assert(
      fc.property(fc.oneof(fc.double({ min: -1e4, max: 1e4 }), fc.constant(NaN)), number, (n, wish) => {
        nextDivisor(n, wish)
      }),
    )
    expect([nextDivisor(12, 5), nextDivisor(12, 0), nextDivisor(12, 13), nextDivisor(7, 2)]).toEqual([6, 1, 12, 7])
  })
})
