import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importTexts } from '../../../src-main/engine/corpus/import'
import { encodingCandidates, rereadSources } from '../../../src-main/engine/corpus/reread'
import { encodeAs } from './encode-as'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'homegrown-reread-'))
})
afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

const russian = 'Старая мельница стоит у реки.\nЗимой дети ходят в школу через пруд.\n'
const plain = 'The mill stands by the river — nobody knows why.\n'

describe('another encoding', () => {
  it('is offered with what it makes of the file, and changes only this file', async () => {
    const first = join(root, 'first')
    const second = join(root, 'second')
    const files = { 'a.txt': Buffer.from(plain), 'b.txt': encodeAs(russian, 'koi8-r'), 'c.txt': new Uint8Array() }
    const sources = []
    for (const [name, content] of Object.entries(files)) {
      const path = join(root, name)
      await writeFile(path, content)
      sources.push({ path, name })
    }
    await mkdir(first)
    await mkdir(second)
    const read = await importTexts({ sources, corpusDir: first })
    expect(read.documents.map(({ guessed }) => guessed)).toEqual([false, true, false])
    // The file may be gone by now.
    await rm(join(root, 'b.txt'))

    const candidates = await encodingCandidates(first, 1)
    expect(candidates[0]).toEqual({ encoding: 'koi8-r', preview: russian })
    const wrong = candidates.find(({ encoding }) => encoding === 'windows-1251')?.preview ?? ''
    expect(wrong).not.toBe(russian)
    expect(new Set(candidates.map(({ preview }) => preview)).size).toBe(candidates.length)

    const reread = await importTexts({ sources: await rereadSources(first, 1, 'windows-1251'), corpusDir: second })
    expect(await readFile(join(second, 'text.txt'), 'utf8')).toBe(plain + wrong)
    expect(reread.documents[0]).toEqual(read.documents[0])
    expect(reread.documents[1]).toMatchObject({ name: 'b.txt', encoding: 'windows-1251', guessed: true })
    expect(reread.documents[2]).toEqual(read.documents[2])

    // And back.
    const third = join(root, 'third')
    await mkdir(third)
    await importTexts({ sources: await rereadSources(second, 1, 'koi8-r'), corpusDir: third })
    expect(await readFile(join(third, 'text.txt'), 'utf8')).toBe(plain + russian)
  })

  it('is refused where it is none, and for a file that says what it is', async () => {
    const first = join(root, 'first')
    await expect(rereadSources(first, 1, '../x')).rejects.toMatchObject({ code: 'input.invalid' })
    await expect(rereadSources(first, 0, 'koi8-r')).rejects.toMatchObject({ code: 'corpus.unreadable' })
    await expect(encodingCandidates(first, 7)).rejects.toMatchObject({ code: 'corpus.unreadable' })
  })
})
