import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openEngine } from '../../src-main/engine/runtime/engine'
import { checkInstalled } from '../../src-main/engine/runtime/install/manifest'
import { install, openIndex, packageOf, wheelIn, type Index } from './install-fixture'
import { startJob } from './job-fixture'

const root = mkdtempSync(join(tmpdir(), 'homegrown-install-'))
const first = wheelIn(root, 'homegrown-test-engine', 'a')
const second = wheelIn(root, 'homegrown-test-more', 'b')
const one = packageOf([first])
const two = packageOf([first, second])
let index: Index
let runtimeDir = ''
const folder = (): string => join(runtimeDir, one.folder)
/** All that lies in the folder of runtimes, however deep. */
const left = (): string[] =>
  existsSync(runtimeDir) ? readdirSync(runtimeDir, { recursive: true, encoding: 'utf8' }) : []

beforeAll(async () => {
  index = await openIndex([first, second])
})
beforeEach(() => {
  runtimeDir = join(mkdtempSync(join(root, 'runtime-')), 'runtime')
  index.manner = () => 'whole'
  index.asked.length = 0
  vi.stubEnv('PIP_INDEX_URL', index.url)
  vi.stubEnv('PIP_FIND_LINKS', '')
  vi.stubEnv('PIP_RETRIES', '0')
})
afterEach(() => {
  vi.unstubAllEnvs()
})
afterAll(async () => {
  await index.close()
  rmSync(root, { recursive: true, force: true })
})

const failed = (code: string, params: object = {}): object => ({
  code: 1,
  last: { kind: 'failed', error: { code, params: expect.objectContaining(params) as object } },
})

describe('installing an engine', () => {
  it('fetches with pip, checks, unpacks what is kept, and writes the manifest', async () => {
    const { code, events } = await install(two, null, runtimeDir)
    expect(code).toBe(0)
    expect(left().sort()).toEqual(
      ['downloads', one.folder, ...['engine.json', 'liba.so', 'libb.so'].map((name) => join(one.folder, name))].sort(),
    )
    expect(readFileSync(join(folder(), 'libb.so'), 'utf8')).toBe(`${'b'.repeat(4096)}\n`.repeat(400))
    const { files } = await checkInstalled(folder())
    expect(files.map(({ path, sizeBytes }) => [path, sizeBytes])).toEqual([
      ['liba.so', 4097 * 400],
      ['libb.so', 4097 * 400],
    ])
    const stages = events.flatMap((event) => (event.kind === 'installing' ? [event.stage] : []))
    expect([...new Set(stages)]).toEqual(['downloading', 'checking', 'unpacking'])
  })

  it('works from a brought file of any name, without Python and without a network', async () => {
    const stick = join(root, 'from the stick.bin')
    copyFileSync(first.path, stick)
    vi.stubEnv('PATH', '')
    expect((await install(one, [stick], runtimeDir)).code).toBe(0)
    expect((await checkInstalled(folder())).files).toHaveLength(1)
    expect(existsSync(stick)).toBe(true)
    expect(index.asked).toEqual([])
  })

  it('refuses another file, and one of the right size with one changed byte', async () => {
    const changed = join(root, first.fileName.replace('1.0', '1.1'))
    const bytes = readFileSync(first.path)
    bytes[40] = (bytes[40] ?? 0) ^ 1
    writeFileSync(changed, bytes)
    for (const file of [second.path, changed, join(root, 'none.whl')]) {
      expect(await install(one, [file], runtimeDir)).toMatchObject(
        failed('install.wrongFile', { wanted: first.fileName }),
      )
      expect(existsSync(folder())).toBe(false)
    }
    expect(existsSync(changed)).toBe(true)
  })

  it('throws away a download with other bytes', async () => {
    index.manner = () => 'changed'
    expect(await install(one, null, runtimeDir)).toMatchObject(failed('install.damagedDownload'))
    expect(left()).toEqual(['downloads', join('downloads', one.folder)])
    index.manner = () => 'whole'
    expect((await install(one, null, runtimeDir)).code).toBe(0)
  })

  it('says that there is no network, and no pip', async () => {
    vi.stubEnv('PIP_INDEX_URL', 'http://127.0.0.1:1/simple')
    expect(await install(one, null, runtimeDir)).toMatchObject(failed('install.noNetwork'))
    vi.stubEnv('PATH', '')
    vi.stubEnv('PYTHON', '')
    expect(await install(one, null, runtimeDir)).toMatchObject(failed('install.noPip', { wanted: first.fileName }))
  })

  it('goes on after a break with what had arrived whole', async () => {
    index.manner = (name) => (name === second.fileName ? 'broken' : 'whole')
    expect(await install(two, null, runtimeDir)).toMatchObject({ code: 1, last: { kind: 'failed' } })
    expect(existsSync(folder())).toBe(false)
    index.manner = () => 'whole'
    index.asked.length = 0
    expect((await install(two, null, runtimeDir)).code).toBe(0)
    expect(index.asked).toEqual([second.fileName])
  })

  it.each(['stop', 'kill'] as const)('leaves nothing that is used when it is ended by %s', async (how) => {
    index.manner = () => 'stalled'
    const job = startJob({ kind: 'install', package: one, files: null, runtimeDir })
    await job.event('installing', ({ doneBytes }) => doneBytes > 0)
    if (how === 'stop') job.send({ kind: 'stop' })
    else job.child.kill('SIGKILL')
    await job.ended
    expect(existsSync(folder())).toBe(false)
    if (how === 'kill') return
    expect(job.events.at(-1)).toEqual({ kind: 'failed', error: { code: 'cancelled', params: {} } })
    expect(left()).toEqual(['downloads', join('downloads', one.folder)])
  })

  it('is refused where there is no space, and on another system', async () => {
    const large = packageOf([first], { diskBytes: 1e15 })
    expect(await install(large, null, runtimeDir)).toMatchObject(failed('install.noSpace', { neededGb: 1_000_000.1 }))
    expect(index.asked).toEqual([])
    const other = packageOf([first], { platform: 'aix-ppc64' })
    expect(await install(other, null, runtimeDir)).toMatchObject(failed('install.unsupported'))
  })

  it('says that the folder cannot be written', async () => {
    mkdirSync(runtimeDir)
    // Root may write everywhere but on a disk that nobody may write.
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', runtimeDir]).status === 0
    if (!mounted) chmodSync(runtimeDir, 0o500)
    try {
      expect(await install(one, null, runtimeDir)).toMatchObject(failed('install.readOnly', { folder: runtimeDir }))
    } finally {
      if (mounted) spawnSync('umount', [runtimeDir])
      else chmodSync(runtimeDir, 0o700)
    }
  })
})

describe('what is installed', () => {
  const damages: [string, (file: string) => void, string][] = [
    [
      'half-installed',
      () => {
        rmSync(join(folder(), 'engine.json'))
      },
      'engine.json',
    ],
    [
      'cut short',
      (file) => {
        truncateSync(file, 100)
      },
      'liba.so',
    ],
    [
      'gone',
      (file) => {
        rmSync(file)
      },
      'liba.so',
    ],
    [
      'of other bytes',
      (file) => {
        writeFileSync(file, 'c'.repeat(statSync(file).size))
      },
      'liba.so',
    ],
  ]

  it.each(damages)('is never used %s, and is installed again', async (_, damage, file) => {
    await install(one, [first.path], runtimeDir)
    damage(join(folder(), 'liba.so'))
    const options = { tensorflowDirs: [folder()], runtimeDir }
    await expect(openEngine({ ...options, engine: 'tensorflow' })).rejects.toMatchObject({
      code: 'engine.damaged',
      params: { file, folder: one.folder },
    })
    const auto = await openEngine({ ...options, engine: 'auto' })
    expect([auto.id, auto.fallbackReason?.code]).toEqual(['wasm', 'engine.damaged'])
    expect((await install(one, [first.path], runtimeDir)).code).toBe(0)
    await checkInstalled(folder())
  })

  it('may have been touched, as long as its bytes are the same', async () => {
    await install(one, [first.path], runtimeDir)
    utimesSync(join(folder(), 'liba.so'), 1, 1)
    expect((await checkInstalled(folder())).files).toHaveLength(1)
  })
})
