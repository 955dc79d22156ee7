import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wholeCharacters } from '../../../src-main/backend/services/corpora'
import { temporaryFolder } from '../temporary'
import { openBackend } from './backend'

describe('importing', () => {
  it('ends ready, with counts and events', async () => {
    const test = openBackend()
    const corpus = await test.importSample()
    expect(corpus).toMatchObject({ name: 'en.txt', state: 'ready', documents: 1, error: null })
    expect(corpus.counts).toMatchObject({ tokens: 10_000, maxVocabSize: 600 })
    const kinds = test.events.flatMap((e) => (e.topic === 'corpus' ? [e.kind] : []))
    expect(kinds[0]).toBe('state')
    expect(kinds).toContain('progress')
    expect(await test.request('corpora.documents', { corpusId: corpus.corpusId })).toHaveLength(1)
  })

  it('of a file that is not there is refused at once', async () => {
    const test = openBackend()
    const path = join(test.profileDir, 'none.txt')
    await expect(test.request('corpora.import', { sources: [{ kind: 'path', path }] })).rejects.toEqual({
      code: 'corpus.unreadable',
      params: { name: 'none.txt' },
    })
    expect(await test.request('corpora.list', {})).toEqual([])
  })

  it('that fails keeps the reason and no files', async () => {
    const test = openBackend()
    const path = join(temporaryFolder(), 'a.txt')
    mkdirSync(path, { recursive: true })
    // A folder without a text in it.
    await expect(test.request('corpora.import', { sources: [{ kind: 'path', path }] })).rejects.toMatchObject({
      code: 'corpus.noText',
    })
  })

  it('of a folder is named after it, takes every file, and lists what was not read', async () => {
    const test = openBackend()
    const path = join(temporaryFolder(), 'letters')
    mkdirSync(join(path, 'old'), { recursive: true })
    mkdirSync(join(path, '.git'))
    for (const name of ['b', 'a.txt', 'old/film.srt', '._a.txt', '.git/config'])
      writeFileSync(join(path, name), 'text\n')
    symlinkSync(join(path, 'b'), join(path, 'link.txt'))
    symlinkSync(join(path, 'nowhere'), join(path, 'broken'))
    const { corpusId } = await test.request('corpora.import', { sources: [{ kind: 'path', path }] })
    await test.backend.services.corpora.settled(corpusId)
    const [corpus] = await test.request('corpora.list', {})
    expect(corpus).toMatchObject({ name: 'letters', documents: 3, leftOut: 4, dismissed: false })
    const documents = await test.request('corpora.documents', { corpusId })
    expect(documents.map(({ name, problem }) => [name, problem?.code ?? null])).toEqual([
      ['._a.txt', 'corpus.hidden'],
      ['.git', 'corpus.hidden'],
      ['a.txt', null],
      ['b', null],
      ['broken', 'corpus.link'],
      ['link.txt', 'corpus.link'],
      ['old/film.srt', null],
    ])
    expect(await test.request('corpora.dismiss', { corpusId })).toMatchObject({ leftOut: 4, dismissed: true })
  })

  it('of several files is not named after the first', async () => {
    const test = openBackend()
    const folder = temporaryFolder()
    const sources = ['a.txt', 'b.txt'].map((name) => ({ kind: 'path' as const, path: join(folder, name) }))
    for (const { path } of sources) writeFileSync(path, 'text')
    expect((await test.request('corpora.import', { sources })).name).toBe('a.txt, b.txt')
  })

  it('counts the files of all folders against the limit', async () => {
    const test = openBackend()
    const path = temporaryFolder()
    for (let i = 0; i < 101; i++) writeFileSync(join(path, `${i}.txt`), 'text')
    const sources = Array.from({ length: 100 }, () => ({ kind: 'path' as const, path }))
    await expect(test.request('corpora.import', { sources })).rejects.toMatchObject({ code: 'corpus.tooLarge' })
  })

  it('can be cancelled, and leaves no files', async () => {
    const test = openBackend()
    const path = join(temporaryFolder(), 'a.txt')
    writeFileSync(path, 'text')
    const { corpusId } = await test.request('corpora.import', { sources: [{ kind: 'path', path }] })
    await test.request('corpora.cancel', { corpusId })
    const [corpus] = await test.request('corpora.list', {})
    expect(corpus).toMatchObject({ corpusId, state: 'cancelled', error: null })
    expect(existsSync(join(test.profileDir, 'corpora', corpusId))).toBe(false)
  })

  it('takes an upload once', async () => {
    const test = openBackend()
    const { uploadId } = await test.backend.services.uploads.receive(
      Readable.from([Buffer.from('hello')]),
      '../../x.txt',
    )
    const sources = [{ kind: 'upload' as const, uploadId }]
    const { corpusId, name } = await test.request('corpora.import', { sources })
    expect(name).toBe('x.txt')
    expect((await test.backend.services.corpora.settled(corpusId)).state).toBe('ready')
    await expect(test.request('corpora.import', { sources })).rejects.toMatchObject({ code: 'upload.notFound' })
  })

  it('lists what a browser did not send of a folder, and reads none of it', async () => {
    const test = openBackend()
    const { uploadId } = await test.backend.services.uploads.receive(
      Readable.from([Buffer.from('text')]),
      'Letters/a.txt',
    )
    const { corpusId, name } = await test.request('corpora.import', {
      sources: [
        { kind: 'unsent', name: 'Letters/.git', problem: 'corpus.hidden' },
        { kind: 'upload', uploadId },
        { kind: 'unsent', name: '../../etc/passwd', problem: 'corpus.unreadable' },
        { kind: 'unsent', name: 'Letters/film.txt', problem: 'corpus.tooLarge' },
      ],
    })
    expect(name).toBe('Letters')
    await test.backend.services.corpora.settled(corpusId)
    const documents = await test.request('corpora.documents', { corpusId })
    expect(documents.map((document) => [document.name, document.problem?.code ?? null])).toEqual([
      ['Letters/.git', 'corpus.hidden'],
      ['Letters/a.txt', null],
      ['etc/passwd', 'corpus.unreadable'],
      ['Letters/film.txt', 'corpus.tooLarge'],
    ])
  })

  it('finds a file again by its bytes', async () => {
    const test = openBackend()
    const folder = temporaryFolder()
    const { corpora } = test.backend.services
    writeFileSync(join(folder, 'a.txt'), 'text')
    const first = await corpora.importFile(join(folder, 'a.txt'))
    await corpora.settled(first.corpusId)
    expect((await corpora.importFile(join(folder, 'a.txt'))).corpusId).toBe(first.corpusId)
    writeFileSync(join(folder, 'a.txt'), 'other')
    const other = await corpora.importFile(join(folder, 'a.txt'))
    expect(other.corpusId).not.toBe(first.corpusId)
    await corpora.settled(other.corpusId)
  })

  it('of the same content finds the text that is here, in the trash, or imports it again where told to', async () => {
    const test = openBackend()
    const [one, other] = [temporaryFolder(), temporaryFolder()]
    for (const folder of [one, other]) writeFileSync(join(folder, 'b.txt'), 'second')
    writeFileSync(join(one, 'a.txt'), 'first')
    writeFileSync(join(other, 'c.txt'), 'first')
    const from = (path: string) => ({ sources: [{ kind: 'path' as const, path }] })
    const first = await test.request('corpora.import', from(one))
    expect(first.found).toBe('new')
    // While it is read, and afterwards; neither names nor their order matter.
    const found = { corpusId: first.corpusId, found: 'here' }
    expect(await test.request('corpora.import', from(other))).toMatchObject(found)
    await test.backend.services.corpora.settled(first.corpusId)
    expect(await test.request('corpora.import', from(other))).toMatchObject(found)
    // As long, but not the same.
    writeFileSync(join(other, 'c.txt'), 'First')
    expect(await test.request('corpora.import', from(other))).toMatchObject({ found: 'new' })

    await test.request('corpora.delete', { corpusId: first.corpusId })
    expect(await test.request('corpora.import', from(one))).toMatchObject({ ...found, found: 'trash' })
    const again = await test.request('corpora.import', { ...from(one), again: true })
    expect(again.found).toBe('new')
    await test.backend.services.corpora.settled(again.corpusId)
    expect(await test.request('corpora.import', from(one))).toMatchObject({ corpusId: again.corpusId, found: 'here' })
    await test.request('corpora.delete', { corpusId: again.corpusId })
    // The command line takes the newest out of the trash.
    expect((await test.backend.services.corpora.importFile(one)).corpusId).toBe(again.corpusId)
    expect((await test.request('corpora.list', {})).map(({ corpusId }) => corpusId)).toContain(again.corpusId)
  })

  it('that did not succeed is gone when it is deleted', async () => {
    const test = openBackend()
    const path = join(temporaryFolder(), 'a.txt')
    writeFileSync(path, 'text')
    const { corpusId } = await test.request('corpora.import', { sources: [{ kind: 'path', path }] })
    await test.request('corpora.delete', { corpusId })
    expect(await test.request('corpora.list', {})).toEqual([])
    expect(await test.request('trash.list', {})).toEqual({ items: [], sizeBytes: 0 })
  })

  it('survives rename, delete and restore', async () => {
    const test = openBackend()
    const { corpusId } = await test.importSample()
    expect((await test.request('corpora.rename', { corpusId, name: ' Stories ' })).name).toBe('Stories')
    await test.request('corpora.delete', { corpusId })
    expect(await test.request('corpora.list', {})).toEqual([])
    await expect(test.request('corpora.documents', { corpusId })).rejects.toMatchObject({ code: 'corpus.notFound' })
    expect((await test.request('corpora.restore', { corpusId })).name).toBe('Stories')
  })
})

describe('preview', () => {
  it('pages through the whole text, whatever the characters', async () => {
    const test = openBackend()
    const text = 'aé漢🙂\n'.repeat(50)
    const path = join(temporaryFolder(), 'a.txt')
    writeFileSync(path, text)
    const { corpusId } = await test.request('corpora.import', { sources: [{ kind: 'path', path }] })
    await test.backend.services.corpora.settled(corpusId)
    let read = ''
    let offsetBytes = 0
    for (;;) {
      const page = await test.request('corpora.preview', { corpusId, offsetBytes, characters: 7 })
      read += page.text
      expect(page.nextOffsetBytes > offsetBytes || offsetBytes === page.totalBytes).toBe(true)
      offsetBytes = page.nextOffsetBytes
      if (offsetBytes === page.totalBytes) break
    }
    expect(read).toBe(text)
    // An offset inside of a character begins with the next one.
    expect((await test.request('corpora.preview', { corpusId, offsetBytes: 2, characters: 1 })).text).toBe('漢')
  })

  it('never splits a character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.nat(40),
        fc.integer({ min: 1, max: 20 }),
        (text, cut, characters) => {
          const bytes = Buffer.from(text)
          const { text: whole } = wholeCharacters(bytes.subarray(cut % (bytes.length + 1)), characters)
          expect(text).toContain(whole)
          expect(Array.from(whole).length).toBeLessThanOrEqual(characters)
        },
      ),
    )
  })
})
