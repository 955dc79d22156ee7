import fc from 'fast-check'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StoredDocument } from '../../../src-main/engine/corpus/documents'
import { splitText, type Stretch } from '../../../src-main/engine/data/split'
import { RandomStream } from '../../../src-main/engine/random'
import { validationOf } from '../../../src-main/plan/facts'

let corpusDir = ''
beforeAll(async () => {
  corpusDir = await mkdtemp(join(tmpdir(), 'homegrown-split-'))
})
afterAll(async () => {
  await rm(corpusDir, { recursive: true, force: true })
})

/** Lines of words, none of which comes twice. */
function lines(characters: number, seed: number, of = 'abcdefghijklmnopqrstuvwxyz      ,.é中🌊'): string {
  const random = new RandomStream(seed, 'test')
  const letters = Array.from(of)
  let text = ''
  for (let i = 1; i <= characters; i++) {
    const isEnd = i === characters || random.intBelow(70) === 0
    text += isEnd ? '\n' : (letters[random.intBelow(letters.length)] ?? '')
  }
  return text
}

async function documentsOf(texts: readonly string[]): Promise<StoredDocument[]> {
  await writeFile(join(corpusDir, 'text.txt'), texts.join(''))
  let offsetBytes = 0
  return texts.map((text, i) => {
    const [lengthBytes, characters] = [Buffer.byteLength(text), Array.from(text).length]
    const counts = { sizeBytes: lengthBytes, characters, repaired: 0, lost: 0, removed: 0 }
    const document = { name: `${i}.txt`, encoding: 'utf-8', guessed: false, problem: null, ...counts }
    offsetBytes += lengthBytes
    return { ...document, offsetBytes: offsetBytes - lengthBytes, lengthBytes }
  })
}

/** The text of the stretches on each side. */
async function split(texts: readonly string[]): Promise<{ train: string[]; val: string[]; stretches: Stretch[] }> {
  const stretches = await splitText(corpusDir, await documentsOf(texts))
  const bytes = await readFile(join(corpusDir, 'text.txt'))
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const side = (validates: boolean): string[] =>
    stretches
      .filter((stretch) => stretch.validates === validates)
      .map(({ offsetBytes, lengthBytes }) => decoder.decode(bytes.subarray(offsetBytes, offsetBytes + lengthBytes)))
  return { train: side(false), val: side(true), stretches }
}
const charactersIn = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + Array.from(text).length, 0)

const sizes = {
  'one document': fc.tuple(fc.integer({ min: 40, max: 60_000 })),
  'many small ones': fc.array(fc.integer({ min: 10, max: 400 }), { minLength: 20, maxLength: 200 }),
  'one huge and many small ones': fc
    .tuple(fc.integer({ min: 20_000, max: 60_000 }), fc.array(fc.integer({ min: 10, max: 300 }), { minLength: 5 }))
    .map(([huge, small]) => [...small, huge, ...small]),
}

describe('what of a text validates', () => {
  it.each(Object.entries(sizes))('is exactly a tenth of its characters, each on one side (%s)', async (_, lengths) => {
    await fc.assert(
      fc.asyncProperty(lengths, fc.nat(), async (lengths, seed) => {
        const texts = lengths.map((length, i) => lines(length, (seed + i * 7919) >>> 0))
        const { train, val, stretches } = await split(texts)
        const total = Array.from(texts.join('')).length
        expect(charactersIn(val)).toBe(validationOf(total))
        expect(charactersIn(train) + charactersIn(val)).toBe(total)
        let end = 0
        for (const { document, offsetBytes, lengthBytes } of stretches) {
          expect(offsetBytes).toBe(end)
          expect(lengthBytes).toBeGreaterThan(0)
          end += lengthBytes
          const documentEnd = Buffer.byteLength(texts.slice(0, document + 1).join(''))
          expect(end).toBeLessThanOrEqual(documentEnd)
        }
        expect(end).toBe(Buffer.byteLength(texts.join('')))
        expect((await split(texts)).stretches).toEqual(stretches)
      }),
      { numRuns: 25 },
    )
  })

  it('is about a tenth of every file that is large', async () => {
    const lengths = fc.array(fc.integer({ min: 60_000, max: 90_000 }), { minLength: 2, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(lengths, async (lengths) => {
        const texts = lengths.map((length, i) => lines(length, length + i))
        const { stretches } = await split(texts)
        for (const [i, text] of texts.entries()) {
          const own = stretches.filter(({ document, validates }) => validates && document === i)
          const share = own.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0) / Buffer.byteLength(text)
          expect(share).toBeGreaterThan(0.095)
          expect(share).toBeLessThan(0.105)
        }
      }),
      { numRuns: 15 },
    )
  })

  it('is spread over a long document', async () => {
    const { val, stretches } = await split([lines(300_000, 1)])
    expect(val.length).toBeGreaterThan(8)
    const quarters = stretches.filter(({ validates }) => validates).map(({ offsetBytes }) => offsetBytes / 400_000)
    for (const [from, to] of [
      [0, 0.25],
      [0.25, 0.5],
      [0.5, 0.75],
    ] as const) {
      expect(quarters.filter((at) => at >= from && at < to).length).toBeGreaterThan(0)
    }
  })

  it('keeps documents that are the same on one side', async () => {
    const different = Array.from({ length: 60 }, (_, i) => lines(300, i))
    const { train, val } = await split([...different, ...different.toReversed(), ...different])
    const trained = train.join('')
    for (const text of different) {
      const isWhole = val.some((stretch) => stretch.includes(text))
      if (isWhole) expect(trained).not.toContain(text)
    }
    expect(charactersIn(val) / charactersIn(train)).toBeCloseTo(1 / 9, 2)
  })

  it('keeps what comes again within a document on one side, wherever it stands', async () => {
    const chapter = lines(40_000, 3)
    const { train, val } = await split([`${chapter}${lines(777, 4)}${chapter}${lines(30_011, 5)}${chapter}`])
    const trained = train.join('')
    // But for where a chapter begins and ends, and the one block that is divided.
    const known = val.filter((text) => trained.includes(text.slice(text.length / 4, text.length / 2)))
    expect(known.length).toBeLessThanOrEqual(3)
    expect(val.length).toBeGreaterThan(10)
  })

  it('is a tenth of a text that says the same again and again, too', async () => {
    const { train, val } = await split(['The river bends at the old mill.\n'.repeat(3000)])
    expect(charactersIn(val) / charactersIn(train)).toBeCloseTo(1 / 9, 2)
  })

  it.each(['no line ends', 'no end of a sentence'])('is drawn from a text with %s', async (kind) => {
    const letters = kind === 'no line ends' ? 'abc def. ' : 'abcdef'
    const text = lines(80_000, 6, letters).replaceAll('\n', letters[1] ?? '')
    const { val } = await split([text])
    expect(charactersIn(val)).toBe(8000)
    expect(val.length).toBeGreaterThan(2)
  })
})
