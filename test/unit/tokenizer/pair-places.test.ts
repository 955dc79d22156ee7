import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PairPlaces } from '../../../src-main/engine/tokenizer/pair-places'

const places = 5000
/** Few enough to meet, and ones that share the upper bits of their hash. */
const pair = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0xffff_0000, max: 0xffff_ffff }))
const change = fc.record({
  pair,
  place: fc.nat({ max: places - 1 }),
  what: fc.constantFrom('add', 'add', 'remove', 'take'),
})

describe('the places of pairs', () => {
  it('are what a map of sets would hold', () => {
    fc.assert(
      fc.property(fc.array(change, { size: '+2' }), (changes) => {
        const table = new PairPlaces(places)
        const sets = new Map<number, Set<number>>()
        const pairAt = new Map<number, number>()
        const frequencyOf = (place: number): number => 1 + (place % 3)
        for (const { pair, place, what } of changes) {
          if (what === 'take') {
            const expected = [...(sets.get(pair) ?? [])]
            expect(table.take(pair).sort()).toEqual(expected.sort())
            for (const taken of expected) pairAt.delete(taken)
            sets.delete(pair)
          } else {
            const held = pairAt.get(place)
            table.remove(held ?? pair, place, frequencyOf(place))
            sets.get(held ?? 0)?.delete(place)
            pairAt.delete(place)
            if (what === 'add') {
              table.add(pair, place, frequencyOf(place))
              sets.set(pair, (sets.get(pair) ?? new Set()).add(place))
              pairAt.set(place, pair)
            }
          }
        }
        const counts = new Map<number, number>()
        table.forEach((pair, count) => counts.set(pair, count))
        const expected = Array.from(sets, ([pair, of]) => [pair, [...of].reduce((sum, at) => sum + frequencyOf(at), 0)])
        expect(counts).toEqual(new Map(expected.filter(([, count]) => count !== 0) as [number, number][]))
        for (const pair of sets.keys()) expect(table.count(pair)).toBe(counts.get(pair) ?? 0)
      }),
    )
  })

  it('grow with the number of pairs', () => {
    const table = new PairPlaces(places)
    for (let place = 0; place < places; place++) table.add(1 + place * 65_537, place, 2)
    for (let place = 0; place < places; place += 2) table.remove(1 + place * 65_537, place, 2)
    for (let place = 0; place < places; place++) expect(table.count(1 + place * 65_537)).toBe(place % 2 === 0 ? 0 : 2)
  })
})
