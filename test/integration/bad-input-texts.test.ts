import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorSentence } from '../../src-main/cli/error-text'
import { built } from '../built'
import {
  expectClear,
  filesIn,
  openWorld,
  removeFolder,
  runCli,
  temporaryProfile,
  type World,
} from './bad-input-fixture'

let folder = ''
let world: World
const cliProfile = () => join(folder, 'cli')

beforeAll(() => {
  folder = temporaryProfile()
  world = openWorld(join(folder, 'profile'))
})
afterAll(async () => {
  await world.close()
  removeFolder(folder)
})

const fileWith = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** What both ways in do with a file that is no good: the reason, no half of a text, and the command line's exit code. */
async function expectRefused(path: string, code: 'corpus.emptyFile' | 'corpus.binaryFile' | 'corpus.unsupported') {
  const corpus = await world.importPath(path)
  expect(corpus.state).toBe('failed')
  const sentence = expectClear(corpus.error, code)
  expect(filesIn(join(world.profileDir, 'corpora'))).toEqual([])
  const { code: exit, stderr } = await runCli(cliProfile(), ['train', path])
  expect({ exit, stderr }).toEqual({ exit: 2, stderr: `${sentence}\n` })
  expect(filesIn(join(cliProfile(), 'corpora'))).toEqual([])
}

describe('a file that is no text', () => {
  it('is refused when it is empty', () => expectRefused(fileWith('empty.txt', ''), 'corpus.emptyFile'))

  it('is refused when it is binary', async () => {
    const path = join(folder, 'program.txt')
    const modules = readdirSync(resolve('node_modules/@tensorflow/tfjs-backend-wasm/dist')).filter((name) =>
      name.endsWith('.wasm'),
    )
    copyFileSync(resolve('node_modules/@tensorflow/tfjs-backend-wasm/dist', modules[0] ?? ''), path)
    await expectRefused(path, 'corpus.binaryFile')
  })

  it('is refused when nothing reads its kind', () =>
    expectRefused(fileWith('book.txt', '%PDF-1.7'), 'corpus.unsupported'))
})

describe('a file that cannot be read', () => {
  it('is refused when it is not there', async () => {
    const path = join(folder, 'gone.txt')
    const error = await world.refusal('corpora.import', { sources: [{ kind: 'path', path }] })
    const sentence = expectClear(error, 'corpus.unreadable')
    expect(sentence).toContain('gone.txt')
    expect(await runCli(cliProfile(), ['train', path])).toEqual({ code: 2, stdout: '', stderr: `${sentence}\n` })
  })

  it('is refused when it is a folder without texts', async () => {
    const path = join(folder, 'folder.txt')
    mkdirSync(path)
    const sentence = expectClear(
      await world.refusal('corpora.import', { sources: [{ kind: 'path', path }] }),
      'corpus.noText',
    )
    expect(await runCli(cliProfile(), ['train', path])).toEqual({ code: 2, stdout: '', stderr: `${sentence}\n` })
  })

  it('is refused when it is a pipe, which would never end', async () => {
    const path = join(folder, 'pipe.txt')
    expect(spawnSync('mkfifo', [path]).status).toBe(0)
    const sentence = expectClear(
      await world.refusal('corpora.import', { sources: [{ kind: 'path', path }] }),
      'corpus.notFile',
    )
    expect(await runCli(cliProfile(), ['train', path])).toEqual({ code: 2, stdout: '', stderr: `${sentence}\n` })
  })

  it('is refused when this account may not open it', async ({ skip }) => {
    const path = fileWith('locked.txt', 'locked')
    chmodSync(path, 0)
    const root = process.getuid?.() === 0
    // Root may read everything, so the command line runs as nobody.
    const nobody = 65_534
    const reads = ['-e', `require('node:fs').accessSync(${JSON.stringify(built('cli.cjs'))})`]
    if (root && spawnSync(process.execPath, reads, { uid: nobody, gid: nobody }).status !== 0) {
      skip('only root may enter the folder that this tree lies in')
    }
    const profile = join(folder, 'nobody')
    mkdirSync(profile)
    if (root) {
      chmodSync(folder, 0o755)
      chownSync(profile, nobody, nobody)
    }
    const { code, stderr } = await runCli(profile, ['train', path], root ? { uid: nobody } : {})
    const sentence = errorSentence({ code: 'corpus.unreadable', params: { name: 'locked.txt' } })
    expect({ code, stderr }).toEqual({ code: 2, stderr: `${sentence}\n` })
  })

  it('is left out of a folder, and says so', async () => {
    const path = join(folder, 'mixed')
    mkdirSync(path)
    writeFileSync(join(path, 'a.txt'), 'The river bends at the old mill.\n'.repeat(200))
    writeFileSync(join(path, 'b.txt'), '')
    const corpus = await world.importPath(path)
    expect(corpus.state).toBe('ready')
    const [good, empty] = await world.request('corpora.documents', { corpusId: corpus.corpusId })
    expect(good?.problem).toBeNull()
    expectClear(empty?.problem ?? null, 'corpus.emptyFile')
  })
})

describe('settings that do not fit the text', () => {
  const short = 'abc def\n'.repeat(60)
  const choice = { model: 'gpt', size: 'tiny', length: 'quick' } as const

  it.each([
    ['config.vocabTooLarge', { tokenizer: 'bpe', vocabSize: 60_000 }],
    ['config.contextTooLong', { blockSize: 512 }],
  ] as const)('%s is refused with a fix that works', async (code, overrides) => {
    const path = fileWith('short.txt', short)
    const { corpusId } = await world.importPath(path)
    const plan = await world.request('runs.plan', { corpusId, choice, overrides })
    const problem = plan.problems.find(({ error }) => error.code === code)
    const sentence = expectClear(problem?.error ?? null, code)
    // `runs.start` is asked by other programs too, which may not have asked for a plan.
    expectClear(await world.refusal('runs.start', { corpusId, config: plan.config }), code)

    const settings = Object.entries(overrides).flatMap(([key, value]) => ['--set', `${key}=${value}`])
    const cli = await runCli(cliProfile(), ['train', path, '--preset', 'tiny-quick', ...settings])
    expect({ code: cli.code, stderr: cli.stderr }).toEqual({ code: 2, stderr: `${sentence}\n` })

    const fixed = await world.request('runs.plan', { corpusId, choice, overrides: { ...overrides, ...problem?.fix } })
    expect(fixed.problems).toEqual([])
    const tiny = { nLayer: 1, nHead: 1, nEmbd: 8, batchSize: 1, maxSteps: 2, warmupSteps: 0, engine: 'wasm' } as const
    const { runId } = await world.request('runs.start', { corpusId, config: { ...fixed.config, ...tiny } })
    expect(await world.reached(runId, 'done', 'failed')).toMatchObject({ state: 'done', error: null })
  })

  it('a text too short for any window is refused before anything is computed', async () => {
    const { corpusId } = await world.importPath(fileWith('word.txt', 'mill'))
    const { config, problems } = await world.request('runs.plan', { corpusId, choice, overrides: {} })
    const problem = problems.find(({ error }) => error.code === 'config.tooLittleText')
    expect(problem?.fix).toBeNull()
    expectClear(await world.refusal('runs.start', { corpusId, config }), 'config.tooLittleText')
  })
})

/** Two bytes of GBK, the old part of GB18030, for each character: what TextDecoder says, the other way round. */
function gbkBytes(text: string): Buffer {
  const decoder = new TextDecoder('gbk')
  const codes = new Map<string, readonly number[]>()
  for (let lead = 0x81; lead < 0xff; lead++) {
    for (let trail = 0x40; trail < 0xff; trail++) codes.set(decoder.decode(Uint8Array.of(lead, trail)), [lead, trail])
  }
  return Buffer.from(
    Array.from(text).flatMap((character) => {
      const code = character < '\x80' ? [character.charCodeAt(0)] : codes.get(character)
      if (code === undefined) throw new Error(`${character} is not in GBK`)
      return code
    }),
  )
}

describe('texts that were not made for this test', () => {
  const small = ['nLayer=1', 'nEmbd=32', 'nHead=2', 'blockSize=16', 'batchSize=4', 'evalBatches=2', 'compile=graph']
  const settings = small.flatMap((setting) => ['--set', setting])

  it('Chinese in GB18030 comes in as it is', async () => {
    const text = readFileSync(resolve('resources/sample/zh-CN.txt'), 'utf8').slice(0, 20_000)
    const path = fileWith('chinese.txt', gbkBytes(text))
    const profile = join(folder, 'chinese')
    const { code, stderr, stdout } = await runCli(profile, ['train', path, '--steps', '2', '--json', ...settings])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [corpus = ''] = readdirSync(join(profile, 'corpora'))
    expect(readFileSync(join(profile, 'corpora', corpus, 'text.txt'), 'utf8')).toBe(text)
    const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { type: string; runId: string }
    expect(last.type).toBe('done')
  })

  // A licence, a manual, a list of changes: whichever of them this computer has.
  const candidates = [
    '/usr/share/common-licenses/GPL-3',
    '/usr/share/perl/5.36.0/unicore/NamedSequences.txt',
    '/usr/share/doc/git/RelNotes/2.0.0.txt',
    resolve('node_modules/typescript/ThirdPartyNoticeText.txt'),
    resolve('node_modules/vue-router/README.md'),
    resolve('node_modules/playwright-core/ThirdPartyNotices.txt'),
    resolve('node_modules/koffi/CHANGELOG.md'),
  ].filter((path) => existsSync(path))

  it.each([0, 1])('real text %i is learned from and talked with', async (i) => {
    const source = candidates[i]
    if (source === undefined) throw new Error('This computer has no text to try.')
    const path = join(folder, `real-${i}.txt`)
    copyFileSync(source, path)
    const profile = join(folder, 'real')
    const trained = await runCli(profile, [
      'train',
      path,
      '--steps',
      '20',
      '--name',
      `real ${i}`,
      '--json',
      ...settings,
    ])
    expect({ code: trained.code, stderr: trained.stderr, source }).toEqual({ code: 0, stderr: '', source })
    const lines = trained.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.at(-1)).toMatchObject({ type: 'done', step: 20, engine: 'tensorflow', error: null })
    const said = await runCli(profile, ['generate', `real ${i}`, 'The ', '--max-tokens', '12', '--seed', '1', '--json'])
    expect({ code: said.code, stderr: said.stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(said.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ tokens: 12, endReason: 'length' })
  })
})
