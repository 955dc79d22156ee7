import { describe, expect, it } from 'vitest'
import { philox, RandomStream } from '../../../src-main/engine/random'

const hex = (words: Uint32Array): string[] => [...words].map((word) => word.toString(16).padStart(8, '0'))

describe('Philox4x32-10', () => {
  // The known answers that come with the authors' Random123 library (kat_vectors).
  it('gives the known answers', () => {
    const ones = 0xffffffff
    expect(hex(philox([0, 0, 0, 0], [0, 0]))).toEqual(['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8'])
    expect(hex(philox([ones, ones, ones, ones], [ones, ones]))).toEqual([
      '408f276d',
      '41c83b0e',
      'a20bc7c6',
      '6d5451fd',
    ])
    expect(hex(philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]))).toEqual([
      'd16cfe09',
      '94fdcceb',
      '5001e420',
      '24126ea1',
    ])
  })
})

describe('RandomStream', () => {
  const take = (stream: RandomStream, n = 6): number[] => Array.from({ length: n }, () => stream.uint32())

  it('is a function of seed, purpose, index and lane alone', () => {
    expect(take(new RandomStream(7, 'init', 3, 1))).toEqual(take(new RandomStream(7, 'init', 3, 1)))
    const all = [
      new RandomStream(7, 'init', 3, 1),
      new RandomStream(8, 'init', 3, 1),
      new RandomStream(7, 'batches', 3, 1),
      new RandomStream(7, 'init', 4, 1),
      new RandomStream(7, 'init', 3, 2),
    ].map((stream) => take(stream).join())
    expect(new Set(all).size).toBe(all.length)
  })

  it('keeps its bits', () => {
    const stream = new RandomStream(1337, 'init')
    expect([stream.normal(), stream.normal(), stream.uniform(), stream.intBelow(1000)]).toMatchInlineSnapshot(`
      [
        1.1097236683387433,
        0.43102952381005255,
        0.008256265940581375,
        776,
      ]
    `)
  })

  it('has the moments of a uniform and of a normal', () => {
    const stream = new RandomStream(1, 'test')
    const n = 200_000
    const uniform = Array.from({ length: n }, () => stream.uniform())
    const normal = Array.from({ length: n }, () => stream.normal())
    const mean = (xs: number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length
    // Five standard errors of each mean.
    expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan((5 * Math.sqrt(1 / 12)) / Math.sqrt(n))
    expect(Math.abs(mean(normal))).toBeLessThan(5 / Math.sqrt(n))
    expect(Math.abs(mean(normal.map((x) => x * x)) - 1)).toBeLessThan((5 * Math.sqrt(2)) / Math.sqrt(n))
    expect(Math.min(...uniform.slice(0, 1000))).toBeGreaterThanOrEqual(0)
    expect(Math.max(...uniform.slice(0, 1000))).toBeLessThan(1)
  })

  it('draws every integer below the bound equally often', () => {
    const stream = new RandomStream(2, 'test')
    const counts = new Array<number>(6).fill(0)
    for (let i = 0; i < 60_000; i++) {
      const value = stream.intBelow(6)
      counts[value] = (counts[value] ?? 0) + 1
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
    expect(() => stream.intBelow(0)).toThrow(RangeError)
  })
})
