import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sampleToken, type SeededSampling } from '../../../src-main/engine/sampling'
import { StopStrings } from '../../../src-main/engine/stop-strings'

const base: SeededSampling = { temperature: 1, topK: 0, topP: 1, maxTokens: 1, seed: 7, stop: [] }
const logitsOf = (...shares: number[]): Float32Array => Float32Array.from(shares, Math.log)

/** How often each id comes in 4000 draws. */
const draw = (logits: Float32Array, sampling: Partial<SeededSampling>, banned: number | null = null): number[] => {
  const counts = Array.from(logits, () => 0)
  for (let index = 0; index < 4000; index++) {
    const id = sampleToken(logits.slice(), { ...base, ...sampling }, index, banned)
    counts[id] = (counts[id] ?? 0) + 1
  }
  return counts
}

describe('choosing a token', () => {
  it('draws by the model’s shares', () => {
    const counts = draw(logitsOf(0.5, 0.3, 0.2), {})
    // Three standard deviations of a binomial with 4000 draws: at most 95.
    ;[2000, 1200, 800].forEach((expected, id) => {
      expect(Math.abs((counts[id] ?? 0) - expected)).toBeLessThan(95)
    })
  })

  it('takes the likeliest at temperature 0, the first of equals', () => {
    expect(draw(logitsOf(0.2, 0.4, 0.4), { temperature: 0 })).toEqual([0, 4000, 0])
  })

  it('sharpens below temperature 1: shares to the power 1/t', () => {
    const counts = draw(logitsOf(0.6, 0.4), { temperature: 0.5 })
    expect(Math.abs((counts[0] ?? 0) / 4000 - 0.36 / 0.52)).toBeLessThan(0.025)
  })

  it('keeps exactly the k likeliest', () => {
    const counts = draw(logitsOf(0.1, 0.4, 0.2, 0.3), { topK: 2 })
    expect(counts[0]).toBe(0)
    expect(counts[2]).toBe(0)
    expect(Math.abs((counts[1] ?? 0) / 4000 - 4 / 7)).toBeLessThan(0.025)
  })

  it('keeps the smallest set that holds p, at least one', () => {
    expect(draw(logitsOf(0.1, 0.4, 0.2, 0.3), { topP: 0.69 })[2]).toBe(0)
    expect(draw(logitsOf(0.1, 0.4, 0.2, 0.3), { topP: 0.71 })[2]).toBeGreaterThan(0)
    expect(draw(logitsOf(0.1, 0.4, 0.2, 0.3), { topP: 0.01 })).toEqual([0, 4000, 0, 0])
  })

  it('takes what sorting all logits would take, whatever their signs, ties and number', () => {
    const logits = fc.array(fc.oneof(fc.float({ noNaN: true }), fc.constantFrom(-1, 0, 1, 2.5)), {
      minLength: 1,
      maxLength: 90,
    })
    fc.assert(
      fc.property(logits, fc.integer({ min: 1, max: 12 }), fc.nat(1000), (values, topK, index) => {
        const all = Float32Array.from(values)
        const order = Array.from(all.keys()).filter((id) => Number.isFinite(all[id]))
        order.sort((a, b) => (all[b] ?? 0) - (all[a] ?? 0))
        const kept = order.slice(0, topK)
        const others = all.map((value, id) => (kept.includes(id) ? value : -Infinity))
        const settings = { ...base, topK: 0, temperature: 1.5 }
        fc.pre(kept.length > 0)
        expect(sampleToken(all, { ...settings, topK }, index, null)).toBe(sampleToken(others, settings, index, null))
      }),
    )
  })

  it('never takes a banned id', () => {
    expect(draw(logitsOf(0.01, 0.98, 0.01), { topK: 1 }, 1)[1]).toBe(0)
    expect(draw(logitsOf(0.01, 0.99), { temperature: 0 }, 1)).toEqual([4000, 0])
  })

  it('is decided by seed and place', () => {
    const sequence = (seed: number) =>
      Array.from({ length: 64 }, (_, index) => sampleToken(logitsOf(0.5, 0.5), { ...base, seed }, index, null))
    expect(sequence(1)).toEqual(sequence(1))
    expect(sequence(1)).not.toEqual(sequence(2))
  })
})

describe('stop strings', () => {
  it('never show a part of one, and nothing after it', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 30 })
    const stop = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(
        letters,
        fc.array(stop, { maxLength: 3 }),
        fc.array(fc.integer({ min: 1, max: 4 })),
        (text, stops, cuts) => {
          const holder = new StopStrings(stops)
          let shown = ''
          let stopped = false
          for (let at = 0, i = 0; at < text.length && !stopped; i++) {
            const length = cuts[i % Math.max(1, cuts.length)] ?? 1
            const result = holder.push(text.slice(at, at + length))
            shown += result.text
            stopped = result.stopped
            at += length
          }
          if (!stopped) shown += holder.end()
          for (const one of stops) expect(shown).not.toContain(one)
          expect(text.startsWith(shown)).toBe(true)
          if (stopped) expect(stops.some((one) => text.slice(shown.length).startsWith(one))).toBe(true)
          else expect(shown).toBe(text)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('hold back only what could become one', () => {
    const holder = new StopStrings(['\nYou:'])
    expect(holder.push('hello\nYo')).toEqual({ text: 'hello', stopped: false })
    expect(holder.push('ur')).toEqual({ text: '\nYour', stopped: false })
    expect(holder.push(' mill\nYou: no')).toEqual({ text: ' mill', stopped: true })
  })
})
