import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodedChunks, detectEncoding } from '../../../src-main/engine/corpus/encoding'
import { normalizeText } from '../../../src-main/engine/corpus/normalize'
import { encodeAs } from './encode-as'
import { sentences } from './sentences'

let root = ''
let made = 0
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'homegrown-encoding-'))
})
afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

async function read(bytes: Uint8Array): Promise<{ text: string; encoding: string | null; repaired: number }> {
  const path = join(root, String(++made))
  await writeFile(path, bytes)
  const found = await detectEncoding(path, () => undefined)
  if (found === null) return { text: '', encoding: null, repaired: 0 }
  let text = ''
  for await (const chunk of decodedChunks(path, found)) text += chunk.text
  const { mixture } = found
  const encoding = mixture === null ? found.encoding : `utf-8 + ${mixture.legacy}`
  return { text: normalizeText(text), encoding, repaired: mixture?.repaired ?? 0 }
}

const english =
  'The old mill stands where the river bends, and nobody who lives there can say who built it.\n' +
  'In winter the wheel is frozen, and the children walk over the pond to school.\n'
const join_ = (...parts: Uint8Array[]): Uint8Array => Buffer.concat(parts)
const all = sentences.flatMap(({ language, encodings, text }) =>
  encodings.map((encoding) => ({ language, encoding, text })),
)

const pages: Readonly<Record<string, readonly string[]>> = {
  French: ['ibm850', 'ibm437'],
  German: ['ibm850', 'ibm437'],
  Spanish: ['ibm850', 'ibm437'],
  Portuguese: ['ibm850'],
  Italian: ['ibm850', 'ibm437'],
  Swedish: ['ibm850', 'ibm437'],
  Polish: ['ibm852'],
  Czech: ['ibm852'],
  Hungarian: ['ibm852'],
  Turkish: ['ibm857'],
  Lithuanian: ['ibm775'],
  Russian: ['ibm866', 'ibm855'],
  Greek: ['ibm737'],
  Hebrew: ['ibm862'],
}
const written = sentences.flatMap(({ language, text }) =>
  (pages[language] ?? []).map((encoding) => ({ language, encoding, text })),
)

describe('texts in their encodings', () => {
  it.each(all)('$language in $encoding', async ({ encoding, text }) => {
    const lines = `${text.join('\n')}\n`
    expect((await read(encodeAs(lines, encoding))).text).toBe(normalizeText(lines))
  })

  it.each(all)('$language in $encoding, one sentence', async ({ encoding, text }) => {
    const [line = ''] = text
    expect((await read(encodeAs(line, encoding))).text).toBe(normalizeText(line))
  })

  it.each(all)('$language in $encoding among English', async ({ encoding, text }) => {
    const lines = `${english.repeat(40)}${text[1] ?? ''}\n${english.repeat(40)}`
    expect((await read(encodeAs(lines, encoding))).text).toBe(normalizeText(lines))
  })

  it.each(sentences)('$language in UTF-16 without a mark', async ({ text }) => {
    const lines = text.join('\n')
    const bytes = Buffer.from(lines, 'utf16le')
    expect((await read(bytes)).text).toBe(normalizeText(lines))
    expect((await read(Buffer.from(bytes).swap16())).text).toBe(normalizeText(lines))
  })

  it.each(sentences)('$language in UTF-32, with and without a mark', async ({ text }) => {
    const lines = text.join('\n')
    for (const encoding of ['utf-32le', 'utf-32be']) {
      const bytes = encodeAs(lines, encoding)
      const found = await read(bytes)
      expect(found).toEqual({ text: normalizeText(lines), encoding, repaired: 0 })
      expect(await read(join_(encodeAs('\uFEFF', encoding), bytes))).toEqual(found)
    }
  })

  it.each(written)('$language as DOS wrote it, in $encoding', async ({ encoding, text }) => {
    // What the code page lacks, nobody wrote in it.
    const lines = `${text.join('\n')}\n`
      .replaceAll('’', "'")
      .replaceAll('œ', 'oe')
      .replaceAll(/[“”„]/g, '"')
      .replaceAll('—', '-')
      .replaceAll('…', '...')
    const many = lines.repeat(4)
    const bytes = encodeAs(many, encoding)
    expect(bytes.includes(0x3f)).toBe(many.includes('?'))
    expect((await read(bytes)).text).toBe(normalizeText(many))
  })

  it('English with an apostrophe here and there', async () => {
    const text = `${english.repeat(9)}The wheel doesn’t turn.\n${english}“Nobody’s mill,” they say; it isn’t.\n`
    for (const encoding of ['windows-1252', 'macintosh']) {
      expect((await read(encodeAs(text, encoding))).text).toBe(text)
    }
  })

  it.each([
    'The mill — or what is left of it — stands.',
    'It cost £5, and £12 in winter.',
    'At −3 °C it was 20° warmer.',
  ])('English with a sign or two: %s', async (line) => {
    const text = `${english.repeat(3)}${line.replace('−', '-')}\n`
    for (const encoding of ['windows-1252', 'macintosh']) expect((await read(encodeAs(text, encoding))).text).toBe(text)
  })

  it('English with the quotation marks of Windows and of the old Mac', async () => {
    const text = '“It doesn’t turn,” said the miller — and nobody’s wheel did…\n'
    for (const encoding of ['windows-1252', 'macintosh']) {
      expect((await read(encodeAs(english.repeat(20) + text, encoding))).text).toBe(english.repeat(20) + text)
    }
  })
})

describe('files whose lines differ', () => {
  const french = sentences.find(({ language }) => language === 'French')?.text ?? []
  const lines = `${french.join('\n')}\n`

  it.each(all.filter(({ language }) => language !== 'English'))(
    'UTF-8 with a tail of $language in $encoding',
    async ({ encoding, text }) => {
      const head = Buffer.from(`${text.join('\n')}\n`.repeat(8))
      const tail = `${text[0] ?? ''}\n`
      const { text: found, repaired } = await read(join_(head, encodeAs(tail, encoding)))
      expect(found).toBe(normalizeText(`${text.join('\n')}\n`.repeat(8) + tail))
      expect(repaired > 0).toBe(/[^\0-\x7f]/.test(tail))
    },
  )

  it('a legacy text with a tail of UTF-8', async () => {
    const { text, repaired } = await read(join_(encodeAs(lines.repeat(9), 'windows-1252'), Buffer.from(lines)))
    expect(text).toBe(lines.repeat(10))
    expect(repaired).toBe(lines.match(/[^\0-\x7f]/g)?.length)
  })

  it('stray bytes in a line of UTF-8 become the letters they are', async () => {
    const one = lines.replaceAll('\n', ' ')
    const bytes = join_(Buffer.from(one), encodeAs('un café “noir” ', 'windows-1252'), Buffer.from(one))
    expect(await read(bytes)).toEqual({
      text: `${one}un café “noir” ${one}`,
      encoding: 'utf-8 + windows-1252',
      repaired: 3,
    })
  })

  it('a character that the end of the file cuts is lost, and nothing else', async () => {
    const bytes = Buffer.from(`${lines}la fin de l’été`)
    expect(await read(bytes.subarray(0, -1))).toEqual({
      text: `${lines}la fin de l’ét\uFFFD`,
      encoding: 'utf-8',
      repaired: 0,
    })
  })

  it('Chinese whose short lines look like UTF-8 by accident', async () => {
    // 联通 in GBK is c1 aa cd a8; 一些 and others are valid UTF-8 of two bytes.
    const text = '他们说时间还早，我们可以慢慢走。\n牡蛎\n你好，老师，今天学校里有什么事情吗？\n'
    expect((await read(encodeAs(text, 'gb18030'))).text).toBe(text)
  })
})

describe('what is no text', () => {
  it('a few zero bytes do not make a text binary', async () => {
    const text = join_(Buffer.from(english), Uint8Array.of(0), Buffer.from(`café ${english}`), new Uint8Array(5000))
    expect((await read(text)).text).toBe(`${english}café ${english}`)
  })

  it.each([
    ['a program', Uint8Array.from({ length: 4000 }, (_, i) => (i * 7919 + (i >> 3) * 31) % 256)],
    ['samples of sound', new Uint8Array(Int16Array.from({ length: 4000 }, (_, i) => 900 * Math.sin(i / 9)).buffer)],
    ['whole numbers', new Uint8Array(Int32Array.from({ length: 2000 }, (_, i) => (i * 7919) % 1000).buffer)],
    ['small whole numbers', new Uint8Array(Int32Array.from({ length: 2000 }, (_, i) => i % 90).buffer)],
    ['numbers', new Uint8Array(Float32Array.from({ length: 2000 }, (_, i) => Math.sin(i)).buffer)],
  ])('%s', async (_name, bytes) => {
    expect((await read(bytes)).encoding).toBeNull()
  })
})
