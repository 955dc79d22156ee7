import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { configFor } from '../../../src-main/plan/presets'
import { engineId } from '../../../src-preload/contract/records/computer'
import { sampling } from '../../../src-preload/contract/records/conversations'
import { modelKind, sizeDial } from '../../../src-preload/contract/records/run-config'
import { precision } from '../../../src-preload/contract/records/steps'
import { sizeExample } from '../../../src-renderer/composables/useSizeExample'
import { i18n, locales } from '../../../src-renderer/text/i18n'

const count = z.number().int().positive()
const file = z.array(
  z.strictObject({
    model: modelKind,
    size: sizeDial,
    language: z.enum(locales),
    words: count,
    shape: z.strictObject({ nLayer: count, nHead: count, nEmbd: count }),
    parameterCount: count,
    steps: count,
    bestStep: count,
    trainedMs: z.number().positive(),
    valLossNats: z.number().positive(),
    perplexity: z.number().positive(),
    prompt: z.string().min(1),
    text: z.string().min(40),
    madeWith: z.strictObject({
      engine: engineId,
      compile: z.enum(['graph', 'xla']),
      precision,
      seed: z.number().int(),
      sampling,
      processor: z.string().min(1),
      cores: count,
    }),
  }),
)
const examples = file.parse(JSON.parse(readFileSync(resolve('resources/sample/examples.json'), 'utf8')))

/** Of a short text: the shape of a size does not depend on it. */
const counts = {
  ...{ characters: 120_000, words: 24_000, lines: 2000, bytes: 120_000 },
  ...{ distinctCharacters: 90, tokens: 40_000, maxVocabSize: 4000 },
}

describe('examples of what a size writes', () => {
  it.each(examples.map((one) => [`${one.model} ${one.size} ${one.language}`, one] as const))(
    '%s is of the size that is offered today, and its figures agree',
    (_, one) => {
      const { nLayer, nHead, nEmbd } = configFor({ model: one.model, size: one.size, length: 'normal' }, counts)
      // If not: npm run examples makes new ones.
      expect(one.shape).toEqual({ nLayer, nHead, nEmbd })
      expect(one.perplexity).toBeCloseTo(Math.exp(one.valLossNats))
      expect(one.bestStep).toBeLessThanOrEqual(one.steps)
      // From XLA's first step on in one precision: made again, it is the same.
      expect(one.madeWith).toMatchObject({ compile: 'xla', precision: 'float32' })
    },
  )

  it('are there once each', () => {
    const keys = examples.map(({ model, size, language }) => `${model} ${size} ${language}`)
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('the example beside a choice', () => {
  afterEach(() => {
    i18n.global.locale.value = 'en'
  })

  it.each(locales)('is there for each size of what is recommended, never of a larger one (%s)', (language) => {
    i18n.global.locale.value = language
    const order = sizeDial.options
    for (const size of order) {
      const found = sizeExample({ model: 'llama', size })
      expect(found).toMatchObject({ model: 'llama', language })
      expect(order.indexOf(found?.size as (typeof order)[number])).toBeLessThanOrEqual(order.indexOf(size))
    }
    for (const size of ['tiny', 'small'] as const) expect(sizeExample({ model: 'llama', size })?.size).toBe(size)
  })
})
