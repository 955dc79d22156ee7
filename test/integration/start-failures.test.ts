import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { built } from '../built'
import { environment, temporaryProfile } from './backend-process'

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface Place {
  readonly env?: Record<string, string | undefined>
  readonly cwd?: string
  /** As somebody whom permissions bind: root may write anywhere. */
  readonly asNobody?: boolean
}

const isRoot = process.getuid?.() === 0
const nobody = 65_534

function start(profileDir: string, args: readonly string[], { env, cwd, asNobody = false }: Place = {}): ChildProcess {
  const id = asNobody && isRoot ? { uid: nobody, gid: nobody } : {}
  // Nobody has no home.
  const cache = asNobody ? { HOMEGROWN_CACHE: join(tmpdir(), 'homegrown-nobody-cache') } : {}
  return spawn(process.execPath, [built('cli.cjs'), ...args], {
    env: { ...environment(profileDir), ...cache, ...env },
    cwd,
    ...id,
  })
}

async function run(profileDir: string, args: readonly string[], place: Place = {}): Promise<Ended> {
  const child = start(profileDir, args, place)
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) child[name]?.on('data', (data) => (output[name] += String(data)))
  const code = await new Promise<number | null>((done) => child.once('close', done))
  return { code, ...output }
}

/** A sentence that names these, and nothing else. */
function expectSentence({ stdout, stderr, code }: Ended, exitCode: number, ...named: string[]): void {
  for (const name of named) expect(stderr).toContain(name)
  expect(stderr.trim().split('\n'), stderr).toHaveLength(1)
  expect(stderr).not.toMatch(/in Homegrown|backend\.log/)
  expect({ stdout, code }).toEqual({ stdout: '', code: exitCode })
}

/** A folder in which a profile may lie or not, readable by everybody. */
function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'homegrown-start-'))
  chmodSync(folder, 0o755)
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

describe('a profile', () => {
  it('that is a file, or lies in one, is named', async () => {
    const file = join(openFolder(), 'profile')
    writeFileSync(file, '')
    expectSentence(await run(file, ['runs']), 3, file, 'HOMEGROWN_PROFILE')
    expectSentence(await run(join(file, 'inside'), ['runs']), 3, join(file, 'inside'))
  })

  it('that cannot be written is named, with the reason', async () => {
    const folder = join(openFolder(), 'profile')
    mkdirSync(folder)
    chmodSync(folder, 0o555)
    expectSentence(await run(folder, ['runs'], { asNobody: true }), 4, folder, 'EACCES')
    expectSentence(await run(join(folder, 'inside'), ['serve'], { asNobody: true }), 4, join(folder, 'inside'))
  })

  it('that can only be read lists, shows and generates, and refuses to change', async () => {
    const folder = join(openFolder(), 'profile')
    const settings = ['nLayer=1', 'nHead=2', 'nEmbd=32', 'blockSize=32', 'batchSize=4', 'engine=wasm']
    const text = resolve('resources/sample/en.txt')
    const train = ['train', text, '--steps', '2', '--name', 'first', ...settings.flatMap((pair) => ['--set', pair])]
    expect(await run(folder, train)).toMatchObject({ code: 0 })
    const all = ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })].map((name) => join(folder, name))
    for (const path of all) chmodSync(path, statSync(path).isDirectory() ? 0o555 : 0o444)
    onTestFinished(() => {
      for (const path of all) if (statSync(path).isDirectory()) chmodSync(path, 0o755)
    })
    const place = { asNobody: true }
    expect((await run(folder, ['runs'], place)).stdout).toContain('first')
    expect(await run(folder, ['show', 'first'], place)).toMatchObject({ code: 0, stderr: '' })
    const generate = ['generate', 'first', 'Once', '--max-tokens', '5', '--seed', '1']
    expect(await run(folder, generate, place)).toMatchObject({ code: 0 })
    const refused = await run(folder, train, place)
    expect(refused.code).toBe(4)
    expect(refused.stderr).toContain('can only be read')
    expect(await run(folder, ['delete', 'first', '--yes'], place)).toMatchObject({ code: 4 })
  })

  it('with an empty name is the usual one; a relative one is from here', async () => {
    const home = openFolder()
    const written = async (value: string): Promise<string[]> => {
      const env = { HOMEGROWN_PROFILE: value, XDG_DATA_HOME: home, APPDATA: home, HOME: home }
      expect(await run('', ['runs'], { env, cwd: home })).toMatchObject({ code: 0, stderr: '' })
      const files = readdirSync(home, { recursive: true, encoding: 'utf8' })
      return files.filter((file) => file.endsWith('homegrown.db'))
    }
    if (process.platform === 'linux') expect(await written('')).toEqual([join('homegrown', 'homegrown.db')])
    expect(await written('mine')).toContain(join('mine', 'homegrown.db'))
    expect(await written('mine')).not.toContain('homegrown.db')
  })
})

describe('the program', () => {
  it('without its database library says so', async () => {
    const hook = join(openFolder(), 'hook.cjs')
    writeFileSync(
      hook,
      `const Module = require('module'); const resolve = Module._resolveFilename
       Module._resolveFilename = function (name, ...rest) {
         return resolve.call(this, name === 'better-sqlite3' ? 'better-sqlite3-is-gone' : name, ...rest)
       }`,
    )
    const env = { NODE_OPTIONS: `--require ${hook}` }
    expectSentence(await run(temporaryProfile(), ['runs'], { env }), 1, 'better-sqlite3-is-gone')
  })

  it('whose database is damaged names the copy, and restores it', async () => {
    const profile = temporaryProfile()
    expect(await run(profile, ['runs'])).toMatchObject({ code: 0 })
    const { default: Sqlite } = await import('better-sqlite3')
    mkdirSync(join(profile, 'backups'))
    const copy = join(profile, 'backups', 'regular-2026-01-01T00.00.00.000Z.db')
    const raw = new Sqlite(join(profile, 'homegrown.db'))
    raw.prepare('VACUUM INTO ?').run(copy)
    raw.close()
    writeFileSync(join(profile, 'homegrown.db'), 'no database'.repeat(1000))
    expectSentence(await run(profile, ['runs']), 3, copy, 'doctor --restore')
    const restored = await run(profile, ['doctor', '--restore'])
    expect(restored).toMatchObject({ code: 0, stderr: '' })
    expect(restored.stdout).toContain(copy)
    expect(await run(profile, ['runs'])).toMatchObject({ code: 0 })
  })
})

describe('serve', () => {
  const addressOf = async (child: ChildProcess): Promise<string> => {
    for await (const line of createInterface({ input: child.stdout ?? process.stdin })) {
      const found = /http:\/\/\S+/.exec(line)?.[0]
      if (found !== undefined) return found
    }
    throw new Error('ended without an address')
  }
  const serving = async (profile: string, ...args: string[]) => {
    const child = start(profile, ['serve', ...args])
    const gone = new Promise((done) => child.once('exit', done))
    const stop = async (): Promise<void> => {
      child.kill('SIGTERM')
      await gone
    }
    onTestFinished(stop)
    return { address: await addressOf(child), stop }
  }

  it('keeps its port and its key, for this account only, until asked otherwise', async () => {
    const profile = temporaryProfile()
    const first = await serving(profile)
    if (process.platform !== 'win32') expect(statSync(join(profile, 'serve.json')).mode & 0o777).toBe(0o600)

    const again = await run(profile, ['serve'])
    expect(again).toMatchObject({ code: 0, stderr: '' })
    expect(again.stdout).toContain(first.address)
    await first.stop()

    const second = await serving(profile)
    expect(second.address).toBe(first.address)
    await second.stop()

    const third = await serving(profile, '--new-key')
    expect(new URL(third.address).port).toBe(new URL(first.address).port)
    expect(third.address).not.toBe(first.address)
    await third.stop()
    const fourth = await serving(profile, '--port', '0')
    expect(new URL(fourth.address).hash).toBe(new URL(third.address).hash)
    expect(new URL(fourth.address).port).not.toBe(new URL(first.address).port)
    await fourth.stop()
    expect((await serving(profile)).address).toBe(third.address)
  })

  it('says that a port is taken or none, and how to choose another', async () => {
    const other = createServer()
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
    onTestFinished(() => void other.close())
    const { port } = other.address() as AddressInfo
    expectSentence(await run(temporaryProfile(), ['serve', '--port', String(port)]), 3, String(port), '--port')
    const env = { HOMEGROWN_PORT: String(port) }
    expectSentence(await run(temporaryProfile(), ['serve'], { env }), 3, String(port), '--port')
    for (const bad of ['abc', '70000', '-1', '80.5', '1e3']) {
      expectSentence(await run(temporaryProfile(), ['serve', `--port=${bad}`]), 2, bad, '--port')
    }
  })
})
