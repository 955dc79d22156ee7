import fc from 'fast-check'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchAt, evalBatches } from '../../../src-main/engine/data/batches'
import { createTokenFile, openTokens, type TokenStore } from '../../../src-main/engine/data/token-store'

let root = ''
let made = 0
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'homegrown-batches-'))
})
afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

const hash = '0123456789abcdef'.repeat(4)
async function written(ids: readonly number[], vocabSize: number): Promise<string> {
  const path = join(root, `${++made}.bin`)
  const writer = await createTokenFile(path, { vocabSize, tokenizerHash: hash })
  await writer.write(ids.slice(0, 7))
  await writer.write(ids.slice(7))
  await writer.commit(12_345)
  return path
}
const counting = async (count: number): Promise<TokenStore> =>
  await openTokens(
    await written(
      Array.from({ length: count }, (_, i) => i),
      Math.max(count, 1),
    ),
  )

describe('token files', () => {
  it.each([60_000, 70_000])('give back ids of a vocabulary of %i', async (vocabSize) => {
    const ids = Array.from({ length: 50 }, (_, i) => (i * 1237) % vocabSize)
    const path = await written([...ids, vocabSize - 1], vocabSize)
    expect((await readFile(path)).length).toBe(96 + 51 * (vocabSize > 65_536 ? 4 : 2))
    const store = await openTokens(path)
    expect(store).toMatchObject({ count: 51, bytes: 12_345, vocabSize, tokenizerHash: hash, isChecked: true })
    const read = new Int32Array(50)
    store.read(1, read)
    expect([...read]).toEqual([...ids.slice(1), vocabSize - 1])
    expect(() => {
      store.read(2, read)
    }).toThrow(RangeError)
    store.close()
  })

  it('are there whole or not at all', async () => {
    const path = join(root, 'half.bin')
    const writer = await createTokenFile(path, { vocabSize: 10, tokenizerHash: hash })
    await writer.write([1, 2, 3])
    await writer.discard()
    await expect(openTokens(path)).rejects.toThrow('ENOENT')
  })

  it.each([
    ['is empty', () => Buffer.alloc(0)],
    ['is another file', () => Buffer.alloc(200, 'x')],
    ['is cut off', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['is too long', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(2)])],
    ['has another id size', (bytes: Buffer) => (bytes.writeUInt32LE(4, 12), bytes)],
    ['is of a newer version', (bytes: Buffer) => (bytes.writeUInt32LE(2, 8), bytes)],
  ])('are refused when one %s', async (_, change) => {
    const path = await written([1, 2, 3, 4, 5, 6, 7, 8], 10)
    await writeFile(path, change(await readFile(path)))
    await expect(openTokens(path)).rejects.toMatchObject({ code: 'tokens.damaged' })
  })

  it('are refused whichever of their bits is flipped', async () => {
    const path = await written([1, 2, 3, 4, 5, 6, 7, 8], 10)
    const bytes = await readFile(path)
    for (let at = 0; at < bytes.length; at++) {
      for (const bit of [1, 128]) {
        const flipped = Buffer.from(bytes)
        flipped[at] = (bytes[at] ?? 0) ^ bit
        await writeFile(path, flipped)
        await expect(openTokens(path), `byte ${at}`).rejects.toMatchObject({ code: 'tokens.damaged' })
      }
    }
    await writeFile(path, bytes)
    const store = await openTokens(path)
    store.close()
  })

  it('have one checksum for the same ids of the same tokenizer', async () => {
    const checksum = async (ids: readonly number[], tokenizerHash = hash): Promise<string> => {
      const writer = await createTokenFile(join(root, 'same.bin'), { vocabSize: 10, tokenizerHash })
      await writer.write(ids)
      return await writer.commit(9)
    }
    const first = await checksum([1, 2, 3])
    expect(await checksum([1, 2, 3])).toBe(first)
    expect(await checksum([1, 2, 4])).not.toBe(first)
    expect(await checksum([1, 2, 3], hash.replace('0', '1'))).not.toBe(first)
  })

  it('stop being read when somebody says so', async () => {
    const path = await written([1, 2, 3, 4, 5, 6, 7, 8], 10)
    await expect(openTokens(path, AbortSignal.abort('enough'))).rejects.toBe('enough')
  })

  it('never give an id outside the vocabulary', async () => {
    const path = await written([1, 2, 3, 4, 5, 6, 7, 8], 10)
    const bytes = await readFile(path)
    bytes.writeUInt16LE(10, 96 + 4)
    // As an earlier version wrote it, without a checksum.
    bytes.fill(0, 72, 96)
    await writeFile(path, bytes)
    const store = await openTokens(path)
    expect(() => {
      store.read(0, new Int32Array(3))
    }).toThrow(expect.objectContaining({ code: 'tokens.damaged' }))
    store.close()
  })
})

describe('batches', () => {
  it('are windows of the text with the next tokens, decided by seed and step alone', async () => {
    const store = await counting(1000)
    const at = { batchSize: 4, blockSize: 16 }
    fc.assert(
      fc.property(fc.nat({ max: 0x7fffffff }), fc.nat({ max: 1_000_000 }), (seed, step) => {
        const { x, y, rows } = batchAt(store, { ...at, seed, step })
        expect(rows).toBe(4)
        for (let row = 0; row < 4; row++) {
          const start = x[row * 16] ?? -1
          for (let t = 0; t < 16; t++) {
            expect(x[row * 16 + t]).toBe(start + t)
            expect(y[row * 16 + t]).toBe(start + t + 1)
          }
        }
        expect(batchAt(store, { ...at, seed, step })).toEqual({ x, y, rows })
        expect(batchAt(store, { ...at, seed, step: step + 1 }).x).not.toEqual(x)
        expect(batchAt(store, { ...at, seed: seed + 1, step }).x).not.toEqual(x)
      }),
      { numRuns: 200 },
    )
    store.close()
  })

  it('reach the first and the last token, and never beyond', async () => {
    const store = await counting(20)
    const starts = new Set<number>()
    for (let step = 0; step < 300; step++) {
      const { x, y } = batchAt(store, { seed: 1, step, batchSize: 1, blockSize: 16 })
      starts.add(x[0] ?? -1)
      expect(Math.max(...y)).toBeLessThan(20)
    }
    expect([...starts].sort((a, b) => a - b)).toEqual([0, 1, 2, 3])
    store.close()
  })

  it('say so when the text is shorter than the context', async () => {
    const store = await counting(16)
    const error = expect.objectContaining({
      code: 'config.contextTooLong',
      params: { blockSize: 16, available: 15 },
    }) as Error
    expect(() => batchAt(store, { seed: 1, step: 0, batchSize: 1, blockSize: 16 })).toThrow(error)
    expect(() => [...evalBatches(store, { batchSize: 1, blockSize: 16, batches: 0 })]).toThrow(error)
    expect(batchAt(store, { seed: 1, step: 0, batchSize: 2, blockSize: 15 }).x[0]).toBe(0)
    store.close()
  })

  it('of an evaluation go through all of the text once', async () => {
    const store = await counting(107)
    const batches = [...evalBatches(store, { batchSize: 3, blockSize: 10, batches: 0 })]
    expect(batches.map(({ rows }) => rows)).toEqual([3, 3, 3, 1])
    expect(batches.flatMap(({ x }) => [...x])).toEqual(Array.from({ length: 100 }, (_, i) => i))
    expect(batches.flatMap(({ y }) => [...y])).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
    store.close()
  })

  it('of a short evaluation are spread from the first to the last token', async () => {
    const store = await counting(107)
    const batches = [...evalBatches(store, { batchSize: 2, blockSize: 10, batches: 2 })]
    expect(batches.flatMap(({ x, rows }) => Array.from({ length: rows }, (_, row) => x[row * 10]))).toEqual([
      0, 32, 64, 96,
    ])
    expect(batches.at(-1)?.y.at(-1)).toBe(106)
    expect([...evalBatches(store, { batchSize: 1, blockSize: 10, batches: 1 })]).toHaveLength(1)
    store.close()
  })

  it('of a short text look at each token once, however many are asked for', async () => {
    const store = await counting(107)
    const shape = { batchSize: 3, blockSize: 10 }
    expect([...evalBatches(store, { ...shape, batches: 20 })]).toEqual([
      ...evalBatches(store, { ...shape, batches: 0 }),
    ])
    store.close()
  })
})
