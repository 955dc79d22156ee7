import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openProgramCache, prune, type ProgramCache } from '../../../src-main/engine/runtime/tensorflow/program-cache'
import { temporaryFolder } from '../temporary'

const kind = ['2.21.0', 'this processor']

async function open(root: string, of = kind): Promise<ProgramCache> {
  const cache = await openProgramCache(root, of)
  if (!cache) throw new Error('no cache')
  return cache
}

/** As TensorFlow writes one: under another name first. */
async function compile({ dir }: ProgramCache, name: string, content: string): Promise<void> {
  await writeFile(join(dir, `${name}.tmp`), content)
  await rename(join(dir, `${name}.tmp`), join(dir, `${name}.pb`))
}

const given = async ({ dir }: ProgramCache): Promise<string[]> => (await readdir(dir)).sort()

async function keptIn(root: string): Promise<string[]> {
  const all = await readdir(root, { recursive: true })
  return all.filter((name) => !name.startsWith('.work') && /[\\/]/.test(name)).sort()
}

const sumOf = (text: string): string => createHash('sha256').update(text).digest('hex')

it('gives to the next process what one has kept, and nothing else', async () => {
  const root = join(temporaryFolder(), 'programs')
  const first = await open(root)
  expect(await given(first)).toEqual([])
  await compile(first, 'a', 'machine code')
  await compile(first, 'b', 'more of it')
  await writeFile(join(first.dir, 'c.pb.tmp'), 'still being wri')
  await first.keep()
  const second = await open(root)
  expect(second.dir).not.toBe(first.dir)
  expect(await given(second)).toEqual(['a.pb', 'b.pb'])
  expect(await readFile(join(second.dir, 'b.pb'), 'utf8')).toBe('more of it')
  // It may be asked again, by several at once.
  await compile(second, 'd', 'new')
  await Promise.all([second.keep(), second.keep(), first.keep()])
  expect(await given(await open(root))).toEqual(['a.pb', 'b.pb', 'd.pb'])
})

it('keeps apart what belongs to another library or processor', async () => {
  const root = temporaryFolder()
  const one = await open(root)
  await compile(one, 'a', 'for this processor')
  await one.keep()
  const other = await open(root, ['2.21.0', 'another processor'])
  expect(await given(other)).toEqual([])
  await compile(other, 'a', 'for the other')
  await other.keep()
  expect(await readFile(join((await open(root)).dir, 'a.pb'), 'utf8')).toBe('for this processor')
})

it('keeps one of two programs that were compiled at once', async () => {
  const root = temporaryFolder()
  const [one, other] = [await open(root), await open(root)]
  await compile(one, 'a', 'machine code')
  await compile(other, 'a', 'machine code in other bytes')
  await Promise.all([one.keep(), other.keep()])
  expect(await given(await open(root))).toEqual(['a.pb'])
  expect(await keptIn(root)).toHaveLength(1)
})

it('removes what is not as it was kept', async () => {
  const root = temporaryFolder()
  const first = await open(root)
  for (const name of ['whole', 'flipped', 'cut', 'empty', 'unsealed']) await compile(first, name, `code of ${name}`)
  await first.keep()
  const kept = await keptIn(root)
  const pathOf = (name: string): string => join(root, kept.find((path) => path.includes(`${name}.pb`)) ?? '')
  await writeFile(pathOf('flipped'), 'kode of flipped')
  await truncate(pathOf('cut'), 3)
  await truncate(pathOf('empty'), 0)
  await rename(pathOf('unsealed'), pathOf('unsealed').replace(/\.[0-9a-f]+$/, ''))
  await writeFile(`${pathOf('whole')}.copy`, 'what is this')
  const second = await open(root)
  expect(await given(second)).toEqual(['whole.pb'])
  expect(await keptIn(root)).toEqual(kept.filter((path) => path.includes('whole')))
})

it('what is removed or replaced meanwhile stays for a process that has it', async () => {
  const root = temporaryFolder()
  const writer = await open(root)
  await compile(writer, 'a', 'machine code')
  await writer.keep()
  const reader = await open(root)
  await prune(root, 0)
  expect(await keptIn(root)).toEqual([])
  await compile(writer, 'a', 'other code')
  expect(await readFile(join(reader.dir, 'a.pb'), 'utf8')).toBe('machine code')
})

it('forgets, for everybody, what it was given, and keeps what is compiled instead', async () => {
  const root = temporaryFolder()
  const first = await open(root)
  expect(await first.forget()).toBe(false)
  await compile(first, 'a', 'unusable')
  await first.keep()
  const second = await open(root)
  expect(await second.forget()).toBe(true)
  expect(await given(second)).toEqual([])
  expect(await given(await open(root))).toEqual([])
  expect(await second.forget()).toBe(false)
  await compile(second, 'a', 'good')
  await second.keep()
  expect(await readFile(join((await open(root)).dir, 'a.pb'), 'utf8')).toBe('good')
})

it('removes first what was not used for longest, whatever it belongs to', async () => {
  const root = temporaryFolder()
  for (const [of, names] of [
    [['old library'], ['a', 'b']],
    [kind, ['c', 'd', 'e']],
  ] as const) {
    const cache = await open(root, [...of])
    for (const name of names) await compile(cache, name, name.repeat(100))
    await cache.keep()
  }
  const kept = await keptIn(root)
  const pathOf = (name: string): string => join(root, kept.find((path) => path.includes(`${name}.pb`)) ?? '')
  // Written long ago and read lately: used lately.
  const times = { a: [9, 1], b: [2, 2], c: [3, 3], d: [1, 1], e: [5, 5] } as const
  for (const [name, [read, written]] of Object.entries(times)) await utimes(pathOf(name), read, written)
  const left = async (): Promise<string[]> => (await keptIn(root)).map((path) => /(.)\.pb/.exec(path)?.[1] ?? '').sort()
  await prune(root, 500)
  expect(await left()).toEqual(['a', 'b', 'c', 'd', 'e'])
  await prune(root, 350)
  expect(await left()).toEqual(['a', 'c', 'e'])
  await prune(root, 100)
  expect(await left()).toEqual(['a'])
})

it('does not count its own checking as use', async () => {
  const root = temporaryFolder()
  const first = await open(root)
  await compile(first, 'a', 'machine code')
  await first.keep()
  const [name = ''] = await keptIn(root)
  await utimes(join(root, name), 1000, 1000)
  await open(root)
  expect(await stat(join(root, name))).toMatchObject({ atimeMs: 1_000_000, mtimeMs: 1_000_000 })
})

it('clears away the folders of processes that are gone', async () => {
  const root = temporaryFolder()
  const own = await open(root)
  // Process numbers end far below this.
  const gone = join(root, '.work-99999999-abcdef')
  await mkdir(gone)
  await writeFile(join(gone, 'half.pb.tmp'), 'half')
  await open(root)
  expect(existsSync(gone)).toBe(false)
  expect(existsSync(own.dir)).toBe(true)
})

it('does without where nothing can be kept', async () => {
  const root = temporaryFolder()
  const file = join(root, 'file')
  await writeFile(file, '')
  expect(await openProgramCache(file, kind)).toBeNull()
  const cache = await open(join(root, 'folder'))
  await compile(cache, 'a', 'machine code')
  await rm(join(root, 'folder'), { recursive: true })
  await cache.keep()
  expect(await cache.forget()).toBe(false)
})

it('names a program by its bytes', async () => {
  const root = temporaryFolder()
  const cache = await open(root)
  await compile(cache, 'a', 'machine code')
  await cache.keep()
  expect((await keptIn(root))[0]).toMatch(new RegExp(`^[0-9a-f]{16}.a\\.pb\\.${sumOf('machine code')}$`))
})
