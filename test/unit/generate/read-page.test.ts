import fc from 'fast-check'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { normalizeText } from '../../../src-main/engine/corpus/normalize'
import { readPage } from '../../../src-main/engine/read-page'
import { Decoder } from '../../../src-main/engine/runtime/decoder'
import { charTokenizerJson } from '../../../src-main/engine/tokenizer/tokenizer-json'
import { loadTokenizer } from '../../../src-main/engine/tokenizer/tokenizer'

const bpe = join(import.meta.dirname, '../../fixtures/tokenizer/bpe.json')
let characters = ''

beforeAll(() => {
  const dir = mkdtempSync(join(tmpdir(), 'homegrown-read-'))
  characters = join(dir, 'tokenizer.json')
  writeFileSync(characters, charTokenizerJson('abcdefgh 天地玄黄', 1))
  return () => {
    rmSync(dir, { recursive: true })
  }
})

/** Words, Chinese, emoji of two units, and what no training text had. */
const text = fc
  .array(fc.constantFrom('The king ', 'said', ' 天地', '玄黄', '🌱', 'é', '\n', '  ', 'q\u0301'), { maxLength: 40 })
  .map((some) => normalizeText(some.join('')))
const limit = fc.integer({ min: 1, max: 64 })

/** How many tokens the decoder gives to its model at once. */
async function fed(ids: readonly number[], window: number): Promise<number> {
  let length = 0
  const passes = {
    prompt: (given: Int32Array) => {
      length = given.length
      return Promise.resolve(new Float32Array())
    },
    step: () => Promise.resolve(new Float32Array()),
    close: () => undefined,
  }
  const model = { weights: [], window, heads: 0, cacheShapes: () => [], forward: () => expect.fail() }
  const decoder = new Decoder(model, passes)
  decoder.begin(ids.length)
  await decoder.feed(ids)
  return length
}

describe.each(['BPE', 'characters'] as const)('what a model reads of a page, in %s', (kind) => {
  const file = (): string => (kind === 'BPE' ? bpe : characters)

  it('is what its decoder is given, and begins with the character in which that begins', async () => {
    const { tokenizer } = await loadTokenizer(file())
    await fc.assert(
      fc.asyncProperty(text, limit, async (page, most) => {
        const ids = tokenizer.encode(page)
        const { tokens, unread } = await readPage(file(), page, most)
        expect(tokens).toBe(ids.length)
        if (tokens <= most) {
          expect(unread).toBe(0)
          return
        }
        const tail = ids.slice(-(await fed(ids, most)))
        const read = page.slice(unread)
        if (kind === 'characters') {
          expect(Array.from(read)).toHaveLength(tail.length)
          return
        }
        const bytes = Buffer.concat(tail.map((id) => tokenizer.bytesOf(id)))
        const shown = Buffer.from(read)
        // Of a character that a token cuts the whole is shown as read: at most three bytes more.
        expect(shown.subarray(-bytes.length).equals(bytes)).toBe(true)
        expect(shown.length - bytes.length).toBeLessThan(4)
        expect(read).not.toMatch(/^[\uDC00-\uDFFF]/)
      }),
    )
  })

  it('is everything where there is no limit', async () => {
    expect(await readPage(file(), 'ab'.repeat(500), null)).toMatchObject({ limit: null, unread: 0 })
  })
})
