import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createProcesses, identityOf, isAlive, isSurelyAlive } from '../../../src-main/backend/jobs/process-identity'
import { readerFor, thisSystem, type System } from '../../../src-main/backend/jobs/process-start'

const stat = (state: string, start: number): string =>
  `42 (a (strange) name) ${state} ${Array.from({ length: 18 }, (_, i) => i).join(' ')} ${start} 0 0`

/** A Linux whose files these are. */
const linux = (files: Record<string, string>): System => ({
  platform: 'linux',
  read: (file) => {
    const text = files[file]
    if (text === undefined) throw new Error('ENOENT')
    return text
  },
  ask: () => null,
})
const bootFile = '/proc/sys/kernel/random/boot_id'

/** A system whose programs answer this. */
function answering(platform: NodeJS.Platform, answer: string | null) {
  const asked: string[] = []
  const system: System = {
    platform,
    read: () => {
      throw new Error('ENOENT')
    },
    ask: (program, args, env) => {
      asked.push([...Object.entries(env).map((pair) => pair.join('=')), program, ...args].join(' '))
      return answer
    },
  }
  return { startOf: readerFor(system), asked }
}

describe('the start of a process', () => {
  it('on Linux is the same ticks in another boot, and yet another start', () => {
    const first = readerFor(linux({ [bootFile]: 'boot-a\n', '/proc/42/stat': stat('S', 777) }))
    const second = readerFor(linux({ [bootFile]: 'boot-b\n', '/proc/42/stat': stat('S', 777) }))
    expect(first(42)).toBe('boot-a 777')
    expect(second(42)).not.toBe(first(42))
    expect(first(43)).toBe('ended')
    expect(readerFor(linux({ [bootFile]: 'a', '/proc/42/stat': stat('Z', 777) }))(42)).toBe('ended')
  })

  it('on macOS is what ps says, in one language and time zone', () => {
    const { startOf, asked } = answering('darwin', 'Ss+  Mon Nov  3 20:31:57 2026    \n')
    expect(startOf(42)).toBe('Mon Nov 3 20:31:57 2026')
    expect(asked).toEqual(['LC_ALL=C TZ=UTC ps -o stat= -o lstart= -p 42'])
    expect(answering('darwin', 'Z    Mon Nov  3 20:31:57 2026\n').startOf(42)).toBe('ended')
    expect(answering('darwin', null).startOf(42)).toBe('')
  })

  it('on Windows is what PowerShell says', () => {
    const { startOf, asked } = answering('win32', '134089999170000000\r\n')
    expect(startOf(42)).toBe('134089999170000000')
    expect(asked[0]).toContain('Get-Process -Id 42 ')
    expect(answering('win32', 'Access is denied').startOf(42)).toBe('')
    expect(answering('win32', null).startOf(42)).toBe('')
  })

  it('is understood as the ps of this computer writes it', (context) => {
    if (spawnSync('ps', ['-V']).error !== undefined) context.skip('there is no ps on this computer')
    const startOf = readerFor({ ...thisSystem, platform: 'darwin' })
    expect(startOf(process.pid)).toMatch(/^[A-Z][a-z]{2} [A-Z][a-z]{2} \d+ \d\d:\d\d:\d\d \d{4}$/)
  })
})

describe('an owner', () => {
  const fake = (trustMs: number) => {
    const starts = new Map<number, string>()
    const asked: number[] = []
    let time = 0
    const processes = createProcesses(
      {
        exists: (pid) => starts.has(pid),
        startOf: (pid) => {
          asked.push(pid)
          return starts.get(pid) ?? 'ended'
        },
        trustMs,
      },
      () => time,
    )
    return { starts, asked, processes, pass: (ms: number) => (time += ms) }
  }

  it('is told from a later process that got its number', () => {
    const { starts, processes } = fake(0)
    starts.set(42, 'Monday')
    const { pid, token } = processes.identityOf(42)
    expect(processes.isAlive(pid, token)).toBe(true)
    expect(processes.isSurelyAlive(pid, token)).toBe(true)
    starts.set(42, 'Tuesday, after the power cut')
    expect(processes.isAlive(pid, token)).toBe(false)
    starts.delete(42)
    expect(processes.isAlive(pid, token)).toBe(false)
  })

  it('in doubt keeps what it works on, and is not killed', () => {
    const { starts, processes } = fake(0)
    starts.set(42, '')
    expect(processes.isAlive(42, 'Monday')).toBe(true)
    expect(processes.isSurelyAlive(42, 'Monday')).toBe(false)
    starts.set(42, 'Monday')
    expect(processes.isAlive(42, '')).toBe(true)
    expect(processes.isSurelyAlive(42, '')).toBe(false)
    expect(processes.isAlive(42, null)).toBe(false)
    expect(processes.isAlive(null, 'Monday')).toBe(false)
    starts.set(42, 'ended')
    expect(processes.isAlive(42, 'ended')).toBe(false)
  })

  it('is not asked after again and again where asking is slow; its end is seen at once, a reuse in the end', () => {
    const { starts, asked, processes, pass } = fake(1000)
    starts.set(42, 'Monday')
    for (let i = 0; i < 100; i++) expect(processes.isAlive(42, 'Monday')).toBe(true)
    expect(asked).toEqual([42])
    starts.set(42, 'Tuesday')
    pass(1000)
    expect(processes.isAlive(42, 'Monday')).toBe(false)
    starts.delete(42)
    expect(processes.isAlive(42, 'Tuesday')).toBe(false)
  })

  it('is this very process, until it ends', async () => {
    const child = spawn('sleep', ['60'])
    onTestFinished(() => void child.kill())
    const { pid, token } = identityOf(child.pid ?? 0)
    expect(token).not.toBe('')
    expect(isSurelyAlive(pid, token)).toBe(true)
    expect(isAlive(pid, `${token} or another`)).toBe(false)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(isAlive(pid, token)).toBe(false)
  })
})
