import { describe, expect, it } from 'vitest'
import { trainBpe } from '../../../src-main/engine/tokenizer/bpe-train'
import { WordCounter } from '../../../src-main/engine/tokenizer/word-counter'

const counterOf = (text: string, maxBytes?: number): WordCounter => {
  const counter = new WordCounter(maxBytes)
  for (let i = 0; i < text.length; i += 1000) counter.push(text.slice(i, i + 1000))
  counter.endDocument()
  return counter
}

/** Sentences without a space, hardly one of which comes twice: in the second half of other words than in the first. */
function drifting(sentences: number): string {
  let state = 7
  const next = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
  const word = (from: number): string =>
    String.fromCharCode(from + 2 * next(60), from + 200 + next(60) * next(3), from + 500 + next(40))
  const half = (from: number): string =>
    Array.from({ length: sentences / 2 }, () => `${word(from)}${word(from)}${word(from)}，`).join('')
  return half(0x4e00) + half(0x6e00)
}

const total = (counts: ReadonlyMap<string, number>, from: string, to: string): number => {
  let sum = 0
  for (const [word, count] of counts) if (word >= from && word < to) sum += count * word.length
  return sum
}

describe('counting words in bounded memory', () => {
  it('is exact where they fit', () => {
    const counter = counterOf('to be or not to be\n'.repeat(500))
    expect(counter.weight).toBe(1)
    expect(Object.fromEntries(counter.counts())).toMatchObject({ to: 500, ' be': 1000, ' to': 500 })
    expect(counter.countedBytes).toBe(500 * 'to be or not to be\n'.length)
  })

  it('hears the end of a text as it hears its beginning', () => {
    const counter = counterOf(drifting(40_000), 1024 * 1024)
    expect(counter.weight).toBeGreaterThan(4)
    const countedShare = counter.countedBytes / Buffer.byteLength(drifting(40_000))
    expect(countedShare).toBeGreaterThan(1 / counter.weight)
    expect(countedShare).toBeLessThan(0.3)
    const counts = counter.counts()
    expect(Array.from(counts.keys()).reduce((bytes, word) => bytes + 14 * word.length, 0)).toBeLessThan(1024 * 1024)
    // 20,000 sentences of 9 characters a half.
    for (const [from, to] of [
      ['\u4e00', '\u6e00'],
      ['\u6e00', '\u8e00'],
    ] as const) {
      expect(total(counts, from, to) / 180_000).toBeCloseTo(1, 0.7)
    }
  })

  it('keeps what is frequent nearly exact among what is not', () => {
    const rare = Array.from({ length: 30_000 }, (_, i) => ` ${(i * 7919).toString(36)}${i % 10 === 0 ? ' common' : ''}`)
    const counter = counterOf(rare.join(''), 384 * 1024)
    expect(counter.weight).toBeGreaterThan(4)
    expect(counter.counts().get(' common')).toBeGreaterThan(2900)
    expect(counter.counts().get(' common')).toBeLessThan(3100)
  })

  it('teaches nearly the vocabulary that the whole text teaches', async () => {
    const text = drifting(20_000)
    const learn = async (counter: WordCounter): Promise<Set<string>> =>
      new Set((await trainBpe(counter.counts(), { vocabSize: 500, minFrequency: 2 * counter.weight })).pieces)
    const whole = await learn(counterOf(text))
    const sampled = await learn(counterOf(text, 2 * 1024 * 1024))
    const both = Array.from(whole).filter((piece) => sampled.has(piece)).length
    expect(both / whole.size).toBeGreaterThan(0.95)
  })
})
