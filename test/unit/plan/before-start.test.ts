import { describe, expect, it } from 'vitest'
import { suggestedSize, verdictOf, type ChoiceFacts } from '../../../src-main/plan/before-start'
import type { RunChoice } from '../../../src-preload/contract/records/run-config'

const choice: RunChoice = { model: 'llama', size: 'medium', length: 'normal' }
const text = { words: 50_000, uniqueTokens: 100_000 }
const hour = 3_600_000

const facts = (change: Partial<ChoiceFacts> = {}): ChoiceFacts => ({
  parameterCount: 800_000,
  seenTokens: 1e6,
  likelyMs: hour,
  ...change,
})

describe('the verdict before the start', () => {
  it('fits', () => {
    expect(verdictOf(choice, text, () => facts())).toMatchObject({ kind: 'fits', passes: 10, better: null })
  })

  it('says that it would only memorize, and offers the largest size that does not', () => {
    const of = ({ size }: RunChoice): ChoiceFacts => facts({ seenTokens: size === 'medium' ? 200e6 : 1e6 })
    const verdict = verdictOf(choice, text, of)
    expect(verdict).toMatchObject({ kind: 'memorises', passes: 2000, better: { size: 'small', length: 'normal' } })
  })

  it('counts what repeats itself once', () => {
    const seen = facts({ seenTokens: 5e6 })
    expect(verdictOf(choice, text, () => seen).kind).toBe('fits')
    expect(verdictOf(choice, { ...text, uniqueTokens: 10_000 }, () => seen).kind).toBe('memorises')
  })

  it('a large model memorizes after fewer passes', () => {
    const large = facts({ seenTokens: 4e6, parameterCount: 25e6 })
    expect(verdictOf(choice, text, () => large)).toMatchObject({ kind: 'memorises', better: null })
    expect(verdictOf(choice, text, () => ({ ...large, parameterCount: 1e6 })).kind).toBe('fits')
  })

  it('says that there is too little text, whatever is chosen', () => {
    const verdict = verdictOf(choice, { words: 800, uniqueTokens: 2000 }, () => facts({ likelyMs: 99 * hour }))
    expect(verdict).toMatchObject({ kind: 'tooLittleText', words: 800, better: null })
  })

  it('says that it takes 39 hours, and offers a shorter length before a smaller size', () => {
    const of = ({ length }: RunChoice): ChoiceFacts => facts({ likelyMs: (length === 'quick' ? 3 : 39) * hour })
    const verdict = verdictOf(choice, text, of)
    expect(verdict).toMatchObject({ kind: 'takesLong', likelyMs: 39 * hour })
    expect(verdict.better).toEqual({ ...choice, length: 'quick' })
  })

  it('says nothing of a time that nobody measured', () => {
    expect(verdictOf(choice, text, () => facts({ likelyMs: null })).kind).toBe('fits')
  })
})

it.each([
  [100_000, 'tiny'],
  [400_000, 'small'],
  [2e6, 'medium'],
  [50e6, 'large'],
])('%d different tokens fill a %s model', (tokens, size) => {
  expect(suggestedSize(tokens)).toBe(size)
})
