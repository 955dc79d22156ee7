import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importTexts } from '../../../src-main/engine/corpus/import'

let root = ''
let made = 0
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'homegrown-corpus-'))
})
afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

type Files = Record<string, string | Uint8Array>

/** Writes files, imports them, and reads what came of it. */
async function imported(files: Files) {
  const from = join(root, `from-${++made}`)
  const corpusDir = join(root, `corpus-${made}`)
  await mkdir(from)
  await mkdir(corpusDir)
  const sources = []
  for (const [name, content] of Object.entries(files)) {
    const path = join(from, name)
    await writeFile(path, content)
    sources.push({ path, name })
  }
  const result = await importTexts({ sources, corpusDir })
  const text = result.counts === null ? '' : await readFile(join(corpusDir, 'text.txt'), 'utf8')
  return { ...result, text, files: (await readdir(corpusDir)).sort() }
}

const english = 'The river bends at the old mill.\nNobody who lived there could say who had built it.\n'
const french = "L'été dernier, près de l'église, où le café était déjà fermé, elle a rêvé d'être à Nîmes.\n".repeat(4)
const bytes = (...parts: (number[] | string)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))
const utf16 = (text: string, big: boolean): Uint8Array => {
  const little = Buffer.from(text, 'utf16le')
  return big ? little.swap16() : little
}
/** Made with Python from the sentence of each; what they must become. */
const encoded = {
  gb18030: {
    text: '河水在磨坊旁边拐了一个弯，没有人记得磨坊是谁建的。孩子们说，水车从来不转。',
    hex: 'bad3cbaed4dac4a5b7bbc5d4b1dfb9d5c1cbd2bbb8f6cde4a3acc3bbd3d0c8cbbcc7b5c3c4a5b7bbcac7cbadbda8b5c4a1a3baa2d7d3c3c7cbb5a3accbaeb3b5b4d3c0b4b2bbd7aaa1a3',
  },
  big5: {
    text: '河水在磨坊旁邊拐了一個彎，沒有人記得磨坊是誰建的。孩子們說，水車從來不轉。',
    hex: 'aa65a4f4a662bf69a77baec7c3e4a9e4a446a440add3c573a141a853a6b3a448b04fb16fbf69a77bac4fbdd6abd8aabaa143abc4a46cadccbba1a141a4f4a8aeb171a8d3a4a3c2e0a143',
  },
  shift_jis: {
    text: '川のそばに古い水車小屋がありました。だれがそれを建てたのか、村の人はだれも知りません。',
    hex: '90ec82cc82bb82ce82c98cc382a290858ed48fac89ae82aa82a082e882dc82b582bd814282be82ea82aa82bb82ea82f08c9a82c482bd82cc82a9814191ba82cc906c82cd82be82ea82e0926d82e882dc82b982f18142',
  },
  'euc-kr': {
    text: '강가에 오래된 방앗간이 있었다. 누가 지었는지 아는 사람은 아무도 없었다.',
    hex: 'b0adb0a1bfa120bfc0b7a1b5c820b9e6bed1b0a3c0cc20c0d6befab4d92e20b4a9b0a120c1f6befab4c2c1f620bec6b4c220bbe7b6f7c0ba20bec6b9abb5b520bef8befab4d92e',
  },
}

describe('importing texts', () => {
  it('keeps a text as it is', async () => {
    const odd = `a\tb  c\n\n\u200Bd\u200De ${english}`
    const { text, documents, counts, files } = await imported({ 'a.txt': odd })
    expect(text).toBe(odd)
    expect(documents).toEqual([
      {
        name: 'a.txt',
        sizeBytes: Buffer.byteLength(odd),
        encoding: 'utf-8',
        characters: odd.length,
        repaired: 0,
        lost: 0,
        removed: 0,
        guessed: false,
        problem: null,
      },
    ])
    expect(counts).toMatchObject({ characters: odd.length, bytes: Buffer.byteLength(odd), lines: 4 })
    expect(counts?.distinctCharacters).toBe(new Set(odd).size)
    expect(files).toEqual(['documents.json', 'text.txt'])
  })

  it('turns all line ends into LF, and leaves out byte order marks, also of files that were joined', async () => {
    const mark = [0xef, 0xbb, 0xbf]
    const { text, documents } = await imported({ 'a.md': bytes(mark, 'one\r\ntwo\rthree\r\r', mark, 'four\u2028') })
    expect(text).toBe('one\ntwo\nthree\n\nfour\n')
    expect(documents[0]?.removed).toBe(1)
  })

  it('composes letters, also where a chunk ends between a letter and its mark', async () => {
    const { text } = await imported({ 'a.txt': `${'x'.repeat(1024 * 1024 - 1)}e\u0301t\u00e9` })
    expect(text.slice(1024 * 1024 - 1)).toBe('\u00e9t\u00e9')
  })

  it('counts words as the writing system has them', async () => {
    const { counts } = await imported({ 'a.txt': 'It is 12 o’clock.\n', 'b.txt': '没有人记得磨坊' })
    // ICU's dictionary cuts the Chinese into 没有 人 记得 磨坊.
    expect(counts?.words).toBe(4 + 4)
    expect(counts?.lines).toBe(2)
  })

  it.each(Object.entries(encoded))('reads %s', async (encoding, { text, hex }) => {
    const result = await imported({ 'a.txt': Buffer.from(`0a${hex}0a`.repeat(3), 'hex') })
    expect(result.documents[0]?.encoding).toBe(encoding)
    expect(result.text).toBe(`\n${text}\n`.repeat(3))
  })

  it.each([
    ['utf-16le with a mark', bytes([0xff, 0xfe], [...utf16(english, false)])],
    ['utf-16be with a mark', bytes([0xfe, 0xff], [...utf16(english, true)])],
    ['utf-16le without', utf16(english, false)],
    ['utf-16be without', utf16(english, true)],
  ])('reads %s', async (name, content) => {
    const result = await imported({ 'a.txt': content })
    expect(result.text).toBe(english)
    expect(name).toContain(result.documents[0]?.encoding)
  })

  it('reads Chinese in UTF-16 without a mark', async () => {
    const text = `${encoded.gb18030.text}\n${encoded.gb18030.text}\n`
    expect((await imported({ 'a.txt': utf16(text, true) })).text).toBe(text)
  })

  it('reads Latin', async () => {
    const result = await imported({ 'a.txt': Buffer.from(french, 'latin1') })
    expect(result.text).toBe(french)
  })

  it('repairs a stray byte in UTF-8, and says so', async () => {
    const result = await imported({ 'a.txt': bytes(french, [0xe9], french, [0xff, 0x81], english) })
    expect(result.text).toBe(`${french}é${french}ÿ\uFFFD${english}`)
    expect(result.documents[0]).toMatchObject({ encoding: 'utf-8 + windows-1252', repaired: 2, lost: 1 })
  })

  it('finds the encoding also when the first megabyte is ASCII', async () => {
    const start = 'x y\n'.repeat(400_000)
    const result = await imported({ 'a.txt': bytes(start, [...Buffer.from(encoded.big5.hex, 'hex')]) })
    expect(result.text).toBe(start + encoded.big5.text)
  })

  it('leaves out what it cannot use and says why', async () => {
    const { documents, text, counts } = await imported({
      'good.txt': 'one\n',
      'empty.txt': '',
      'blank.txt': ' \r\n\t\n',
      'program.txt': bytes([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0x3e, 0]),
      'picture.md': bytes([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d], 'IHDR'),
      'book.txt': '%PDF-1.7 1 0 obj BT (The river bends.) Tj ET',
      'letter.txt': `\uFEFF{\\rtf1\\ansi ${english}}`,
      'report.txt': bytes('PK\x03\x04\x14\0\0\0', '[Content_Types].xml', [0, 1, 2], 'word/document.xml'),
      'texts.txt': bytes('PK\x03\x04\x14\0\0\0', 'a.txt', [1, 2, 3]),
      'last.bin': 'two',
    })
    expect(documents.map(({ name, problem }) => [name, problem?.code ?? null])).toEqual([
      ['good.txt', null],
      ['empty.txt', 'corpus.emptyFile'],
      ['blank.txt', 'corpus.emptyFile'],
      ['program.txt', 'corpus.binaryFile'],
      ['picture.md', 'corpus.binaryFile'],
      ['book.txt', 'corpus.unsupported'],
      ['letter.txt', 'corpus.unsupported'],
      ['report.txt', 'corpus.unsupported'],
      ['texts.txt', 'corpus.archive'],
      ['last.bin', null],
    ])
    expect(documents.slice(5, 9).map(({ problem }) => problem?.params['format'])).toEqual(['PDF', 'RTF', 'DOCX', 'ZIP'])
    expect(text).toBe('one\ntwo')
    expect(counts).toMatchObject({ characters: 7, lines: 2, words: 2, bytes: 7 })
  })

  it('says why also when nothing is left', async () => {
    const { documents, counts, files } = await imported({ 'a.txt': '', 'b.bin': bytes([0, 1, 2, 3, 4, 5, 6, 7]) })
    expect(documents.map(({ problem }) => problem?.code)).toEqual(['corpus.emptyFile', 'corpus.binaryFile'])
    expect(counts).toBeNull()
    expect(files).toEqual([])
  })

  it('reports files that cannot be read', async () => {
    const from = join(root, `from-${++made}`)
    const corpusDir = join(root, `corpus-${made}`)
    await mkdir(join(from, 'folder.txt'), { recursive: true })
    await mkdir(corpusDir)
    await writeFile(join(from, 'good.txt'), 'good')
    await writeFile(join(from, 'locked.txt'), 'locked')
    await chmod(join(from, 'locked.txt'), 0)
    const sources = ['folder.txt', 'gone.txt', 'good.txt', 'locked.txt'].map((name) => ({
      path: join(from, name),
      name,
    }))
    const { documents } = await importTexts({ sources, corpusDir })
    const problems = documents.map(({ problem }) => problem?.code ?? null)
    expect(problems.slice(0, 3)).toEqual(['corpus.notFile', 'corpus.unreadable', null])
    // Root may read everything.
    expect(problems[3]).toBe(process.getuid?.() === 0 ? null : 'corpus.unreadable')
  })

  it('stops when told to and leaves nothing behind', async () => {
    const from = join(root, `from-${++made}`)
    const corpusDir = join(root, `corpus-${made}`)
    await mkdir(from)
    await mkdir(corpusDir)
    const path = join(from, 'a.txt')
    await writeFile(path, english.repeat(40_000))
    const abort = new AbortController()
    const importing = importTexts({
      sources: [{ path, name: 'a.txt' }],
      corpusDir,
      signal: abort.signal,
      onProgress: (_stage, progress) => {
        if (progress > 0.6) abort.abort(new Error('enough'))
      },
    })
    await expect(importing).rejects.toThrow('enough')
    expect(await readdir(corpusDir)).toEqual([])
  })

  it('reports progress that rises from stage to stage', async () => {
    const from = join(root, `from-${++made}`)
    const corpusDir = join(root, `corpus-${made}`)
    await mkdir(from)
    await mkdir(corpusDir)
    const sources = await Promise.all(
      ['a.txt', 'b.txt'].map(async (name) => {
        await writeFile(join(from, name), english)
        return { path: join(from, name), name }
      }),
    )
    const seen: [string, number][] = []
    await importTexts({ sources, corpusDir, onProgress: (stage, progress) => seen.push([stage, progress]) })
    expect(seen.map(([stage]) => stage)).toEqual(['reading', 'reading', 'reading', 'reading', 'counting', 'counting'])
    expect(seen.map(([, progress]) => progress)).toEqual([0.25, 0.5, 0.75, 1, 0.5, 1])
  })
})
