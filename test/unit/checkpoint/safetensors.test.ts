import fc from 'fast-check'
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSafetensors, writeSafetensors } from '../../../src-main/engine/safetensors'
import { streamOf } from './stream'
import { written } from './written'

let root = ''
let made = 0
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'homegrown-safetensors-'))
})
afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

const path = (): string => join(root, `${++made}.safetensors`)
const file = (header: unknown, data: number, headerBytes?: number): Buffer => {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(headerBytes ?? json.length))
  return Buffer.concat([length, json, Buffer.alloc(data)])
}
const f32 = (shape: number[], from: number, to: number) => ({ dtype: 'F32', shape, data_offsets: [from, to] })

describe('safetensors', () => {
  it('gives back names, order, shapes and bits', async () => {
    const shapes = fc.array(fc.nat({ max: 4 }), { maxLength: 3 })
    const name = fc.string({ unit: 'binary', minLength: 1 }).filter((s) => s !== '__metadata__' && s !== '__proto__')
    // Integer-like names come first in any JavaScript object; the file's order is by offset, so they survive.
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.tuple(name, shapes), { selector: ([n]) => n, maxLength: 6 }), async (all) => {
        const tensors = new Map(
          all.map(([key, shape], t) => {
            const count = shape.reduce((a, b) => a * b, 1)
            return [key, { shape, data: Float32Array.from({ length: count }, (_, i) => t - i / 3) }]
          }),
        )
        const to = path()
        const { sizeBytes } = await written(writeSafetensors(to, streamOf(tensors), { note: 'ünï' }))
        const bytes = await readFile(to)
        expect(bytes.length).toBe(sizeBytes)
        expect(Number(bytes.readBigUInt64LE()) % 8).toBe(0)
        const read = await openSafetensors(to)
        expect(read.all()).toEqual(tensors)
        expect([...read.shapes.keys()]).toEqual([...tensors.keys()])
        for (const [key, tensor] of tensors) expect(read.get(key)).toEqual(tensor)
        expect(read.metadata).toEqual({ note: 'ünï' })
      }),
      { numRuns: 100 },
    )
  })

  it.each([
    ['an empty file', Buffer.alloc(0)],
    ['a file of 7 bytes', Buffer.alloc(7)],
    ['a header longer than the file', file('{}', 0, 3)],
    ['a header of 2^63 bytes', Buffer.concat([Buffer.alloc(7), Buffer.of(0x80), Buffer.from('{}')])],
    ['a header that is not JSON', file('{"a":', 0)],
    ['a header that is not UTF-8', file('"\u00ff"', 0).fill(0xff, 9, 10)],
    ['an overlap', file({ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12)],
    ['a hole', file({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12)],
    ['a hole at the start', file({ a: f32([1], 4, 8) }, 8)],
    ['data that nobody names', file({ a: f32([1], 0, 4) }, 8)],
    ['data that is cut off', file({ a: f32([2], 0, 8) }, 4)],
    ['a shape that does not fit', file({ a: f32([3], 0, 8) }, 8)],
    ['a shape beyond all numbers', file({ a: f32([2 ** 40, 2 ** 40], 0, 0) }, 0)],
    ['a negative size', file({ a: f32([-1], 0, 4) }, 4)],
    ['offsets the wrong way round', file({ a: f32([1], 4, 0) }, 4)],
    ['another type', file({ a: { ...f32([1], 0, 4), dtype: 'F16' } }, 4)],
  ])('refuses %s', async (_, bytes) => {
    const from = path()
    await writeFile(from, bytes)
    await expect(openSafetensors(from)).rejects.toMatchObject({ code: 'checkpoint.damaged' })
  })

  it('tells how much is on the disk while it writes a large file', async () => {
    const large = { shape: [20_000_000], data: new Float32Array(20_000_000).fill(0.5) }
    const small = { shape: [3], data: Float32Array.of(1, 2, 3) }
    const to = path()
    const { told, sizeBytes } = await written(
      writeSafetensors(to, streamOf(new Map(Object.entries({ a: small, b: large, c: small })))),
    )
    expect(told.length).toBeGreaterThan(1)
    expect(Math.max(...told)).toBeLessThan(80_000_000)
    expect(told.reduce((a, b) => a + b, 0)).toBe(sizeBytes)
    const tensors = (await openSafetensors(to)).all()
    expect(tensors.get('c')).toEqual(small)
    // Element by element would take ten seconds.
    const read = tensors.get('b')?.data ?? new Float32Array()
    expect(Buffer.from(read.buffer).equals(Buffer.from(large.data.buffer))).toBe(true)
  })

  it('has one tensor in memory at a time, writing and reading', async () => {
    const sizes = [30, 2_000_000, 7, 500_000]
    const tensors = new Map(sizes.map((size, i) => [`${i}`, { shape: [size], data: new Float32Array(size).fill(i) }]))
    const to = path()
    const stream = streamOf(tensors)
    await written(writeSafetensors(to, stream))
    expect([stream.most, stream.out]).toEqual([4 * 2_000_000, 0])
    const stored = await openSafetensors(to)
    const large = stored.get('1')
    expect(large?.data[1_999_999]).toBe(1)
    expect(stored.get('3')?.data.buffer).toBe(large?.data.buffer)
    expect(stored.get('no such')).toBeUndefined()
  })

  it('writes what it always wrote, byte for byte', async () => {
    const tensors = new Map([
      ['wte.weight', { shape: [3, 2], data: Float32Array.of(1, -2, 3.5, NaN, -0, 1e-42) }],
      ['ln_f.bias', { shape: [0], data: new Float32Array() }],
      ['é', { shape: [], data: Float32Array.of(7) }],
    ])
    const { sha256 } = await written(writeSafetensors(path(), streamOf(tensors), { format: 'pt' }))
    expect(sha256).toBe('765d66111e792afe2ce6711764a9c6e98c1065fa7e1d8e617c6f858214e66c59')
  })

  it('says which file is gone, or shorter than it was, when a tensor is asked for', async () => {
    const to = path()
    await written(writeSafetensors(to, streamOf(new Map([['a', { shape: [9], data: new Float32Array(9) }]]))))
    const stored = await openSafetensors(to)
    await truncate(to, 90)
    expect(() => stored.get('a')).toThrow(expect.objectContaining({ code: 'checkpoint.damaged' }))
    await rm(to)
    expect(() => stored.get('a')).toThrow(expect.objectContaining({ code: 'checkpoint.missing' }))
  })

  it('never overwrites a file', async () => {
    const to = path()
    await writeFile(to, 'mine')
    await expect(written(writeSafetensors(to, streamOf(new Map())))).rejects.toMatchObject({ code: 'EEXIST' })
  })
})
