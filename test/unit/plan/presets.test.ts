import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { problemsOf } from '../../../src-main/plan/check'
import { configAfter, configContinuing, configFor, recipeOf } from '../../../src-main/plan/presets'
import { defaultVocabSize } from '../../../src-main/plan/vocabulary'
import { inheritedFields } from '../../../src-preload/contract/limits'
import type { CorpusCounts } from '../../../src-preload/contract/records/corpora'
import { runConfig, type RunChoice } from '../../../src-preload/contract/records/run-config'
import { counts } from '../db/rows'

const choices: RunChoice[] = (['gpt', 'llama', 'lstm'] as const).flatMap((model) =>
  (['tiny', 'small', 'medium', 'large'] as const).flatMap((size) =>
    (['quick', 'normal', 'long'] as const).map((length) => ({ model, size, length })),
  ),
)

/** Counts as texts have them, from a few pages to gigabytes. */
const anyCounts = fc
  .record({
    bytes: fc.integer({ min: 2000, max: 2_000_000_000 }),
    width: fc.double({ min: 1, max: 3, noNaN: true }),
    distinctCharacters: fc.integer({ min: 20, max: 8000 }),
    bytesPerToken: fc.double({ min: 1.5, max: 4.5, noNaN: true }),
    maxVocabSize: fc.integer({ min: 300, max: 65_536 }),
  })
  .map(({ bytes, width, bytesPerToken, ...rest }): CorpusCounts => ({
    ...rest,
    bytes,
    characters: Math.floor(bytes / width),
    words: Math.floor(bytes / 6),
    lines: Math.floor(bytes / 60),
    tokens: Math.floor(bytes / bytesPerToken),
  }))

describe('configFor', () => {
  it.each(choices)('$model $size $length: valid, without problems, on every text', (choice) => {
    fc.assert(
      fc.property(anyCounts, (c) => {
        const config = configFor(choice, c)
        expect(runConfig.safeParse(config).error).toBeUndefined()
        expect(problemsOf(config, c)).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  it('is the classic recipe for an LSTM', () => {
    const config = configFor({ model: 'lstm', size: 'tiny', length: 'normal' }, { ...counts, tokens: 1_000_000 })
    expect(config).toMatchObject({
      nLayer: 2,
      nEmbd: 128,
      batchSize: 64,
      blockSize: 64,
      learningRate: 1e-3,
      minLearningRate: 1e-3,
      weightDecay: 0,
      warmupSteps: 0,
    })
    const epochs = (config.maxSteps * 64 * 64) / 900_000
    expect(epochs).toBeCloseTo(10, 0)
  })

  it('has the shape of nanoGPT on a CPU for the smallest GPT, and quick is at most 1,000 steps', () => {
    const config = configFor({ model: 'gpt', size: 'tiny', length: 'quick' }, counts)
    expect(config).toMatchObject({ nLayer: 4, nHead: 4, nEmbd: 128, blockSize: 64, batchSize: 12, learningRate: 3e-3 })
    expect(config.maxSteps).toBeLessThanOrEqual(1000)
  })

  it('has learning rates that people can read: two digits, a tenth at the end', () => {
    for (const size of ['tiny', 'small', 'medium', 'large'] as const) {
      const { learningRate, minLearningRate } = configFor({ model: 'gpt', size, length: 'normal' }, counts)
      expect(String(learningRate)).toBe(String(Number(learningRate.toPrecision(2))))
      expect(String(minLearningRate)).toBe(String(Number((learningRate / 10).toPrecision(2))))
    }
  })

  it('gives a Llama Muon, the same shape and half the passes', () => {
    const of = (model: RunChoice['model']) => configFor({ model, size: 'tiny', length: 'normal' }, counts)
    const [llama, gpt] = [of('llama'), of('gpt')]
    expect(llama).toMatchObject({ optimizer: 'muon', learningRate: 8e-3, matrixLearningRate: 0.03 })
    expect(gpt).toMatchObject({ optimizer: 'adamw' })
    expect([llama.nLayer, llama.nEmbd, llama.blockSize]).toEqual([gpt.nLayer, gpt.nEmbd, gpt.blockSize])
    expect(llama.maxSteps).toBeLessThan(0.6 * gpt.maxSteps)
  })

  it('grows with each dial', () => {
    const steps = (length: RunChoice['length']) => configFor({ model: 'gpt', size: 'tiny', length }, counts).maxSteps
    expect(steps('quick')).toBeLessThan(steps('normal'))
    expect(steps('normal')).toBeLessThan(steps('long'))
  })

  it('counts in steps of the length that was asked for: enough points and evaluations, warm-up before the end', () => {
    const length = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 1_000_000 }))
    fc.assert(
      fc.property(fc.constantFrom(...choices), length, (choice, maxSteps) => {
        const config = configFor(choice, counts, { maxSteps })
        const { logInterval, evalInterval, sampleInterval, warmupSteps } = config
        const at = (interval: number): number => Math.ceil(maxSteps / interval)
        expect(config.maxSteps).toBe(maxSteps)
        expect(runConfig.safeParse(config).error).toBeUndefined()
        expect(at(logInterval)).toBeGreaterThanOrEqual(Math.min(10, maxSteps))
        expect(at(evalInterval)).toBeGreaterThanOrEqual(Math.min(3, maxSteps))
        expect(sampleInterval).toBe(2 * evalInterval)
        expect(warmupSteps).toBeLessThan(maxSteps)
        // What else is learned by does not follow.
        const suggested = configFor(choice, counts)
        expect(config).toEqual({ ...suggested, maxSteps, warmupSteps, logInterval, evalInterval, sampleInterval })
      }),
    )
    const suggested = configFor({ model: 'llama', size: 'tiny', length: 'normal' }, counts)
    expect(configFor({ model: 'llama', size: 'tiny', length: 'normal' }, counts, suggested)).toEqual(suggested)
  })

  it('shortens the window for a short text', () => {
    const tiny = { ...counts, bytes: 3000, characters: 3000, tokens: 1500, maxVocabSize: 300 }
    expect(configFor({ model: 'gpt', size: 'large', length: 'quick' }, tiny)).toMatchObject({
      tokenizer: 'char',
      blockSize: 128,
    })
  })
})

describe('defaultVocabSize', () => {
  it('grows with the text and with the script', () => {
    expect(defaultVocabSize({ bytes: 100_000, distinctCharacters: 80 })).toBe(512)
    expect(defaultVocabSize({ bytes: 50_000_000, distinctCharacters: 80 })).toBe(8192)
    expect(defaultVocabSize({ bytes: 100_000, distinctCharacters: 2000 })).toBe(2304)
  })
})

describe('configAfter', () => {
  it.each(choices)('$model $size $length: finds the recipe again, and the same choice changes nothing', (choice) => {
    const suggested = configFor(choice, counts)
    const found = recipeOf(suggested, counts)
    // Where two lengths come to the same number of steps, either is right.
    expect({ ...found, length: '' }).toEqual({ ...choice, length: '' })
    expect(configFor(found, counts).maxSteps).toBe(suggested.maxSteps)
    const config = { ...suggested, learningRate: 0.0123, seed: 7, nLayer: suggested.nLayer + 1 }
    expect(configAfter({ config, choice }, choice, counts)).toEqual(config)
  })

  it('changes what the dial sets, and leaves what a person set otherwise', () => {
    const choice = { model: 'llama', size: 'small', length: 'normal' } as const
    const config = { ...configFor(choice, counts), seed: 7, weightDecay: 0.3, learningRate: 0.0123 }
    const tiny = { ...choice, size: 'tiny' } as const
    const after = configAfter({ config, choice }, tiny, counts)
    const { nLayer, nEmbd, learningRate } = configFor(tiny, counts)
    expect(after).toMatchObject({ nLayer, nEmbd, learningRate, seed: 7, weightDecay: 0.3 })
  })

  it('keeps what is counted in steps in proportion to the steps that a person asks for', () => {
    const choice = { model: 'gpt', size: 'tiny', length: 'quick' } as const
    const config = configFor(choice, counts)
    const { evalInterval } = configFor(choice, counts, { maxSteps: 100_000 })
    expect(configAfter({ config, choice }, choice, counts, { maxSteps: 100_000 }).evalInterval).toBe(evalInterval)
  })
})

describe('configContinuing', () => {
  it('keeps what the weights are made for, and trains on with less', () => {
    const choice = { model: 'llama', size: 'small', length: 'normal' } as const
    const parent = { ...configFor(choice, counts), nLayer: 5, vocabSize: 900, seed: 7 }
    const other = { ...counts, tokens: 1_000_000, characters: 3_000_000, bytes: 3_000_000, maxVocabSize: 400 }
    const config = configContinuing(parent, choice, other)
    for (const field of inheritedFields) expect(config[field], field).toBe(parent[field])
    expect(config.maxSteps).toBe(configFor(choice, other).maxSteps)
    expect(config.seed).toBe(7)
    for (const rate of ['learningRate', 'minLearningRate', 'matrixLearningRate'] as const)
      expect(config[rate] / parent[rate], rate).toBeCloseTo(0.3, 1)
  })
})
