import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import { built } from '../built'
import { command, environment, temporaryProfile } from './backend-process'

const text = resolve('resources/sample/en.txt')
const small = ['nLayer=1', 'nHead=2', 'nEmbd=32', 'blockSize=32', 'batchSize=4', 'compile=graph', 'samplePrompt=Once']
const settings = small.flatMap((pair) => ['--set', pair])
const long = ['train', text, '--steps', '100000', '--name', 'long\u001b[31m', ...settings]

/** Runs a command in a terminal of its own, closes that when `until` was said (else lets it end), says how it ended. */
const inTerminal = `
import os, pty, sys
until = sys.argv[1].encode()
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
said = b""
while not until or until not in said:
    try:
        more = os.read(terminal, 65536)
    except OSError:
        break
    if not more: break
    said += more
os.close(terminal)
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.buffer.write(said + b"\\0%d" % status)
`

async function terminal(profileDir: string, until: string, ...args: string[]): Promise<{ said: string; code: number }> {
  const program = [process.execPath, built('cli.cjs'), ...args]
  const python = spawn('python3', ['-c', inTerminal, until, ...program], {
    env: environment(profileDir),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void python.kill('SIGKILL'))
  let output = ''
  for await (const chunk of python.stdout.setEncoding('utf8')) output += String(chunk)
  const [said = '', code] = output.split('\0')
  return { said, code: Number(code) }
}

async function onlyRun(profileDir: string): Promise<RunRecord> {
  const [run] = JSON.parse((await command(profileDir, 'runs', '--json').ended).stdout) as RunRecord[]
  if (run === undefined) throw new Error('There is no run')
  return run
}

const expectSaved = (run: RunRecord, step: number): void => {
  expect(run.state).toBe('paused')
  expect(run.step).toBeGreaterThanOrEqual(step)
  expect(run.checkpoints).toContainEqual(expect.objectContaining({ kind: 'last', step: run.step }))
}

describe.skipIf(process.platform === 'win32')('the command line in a terminal', () => {
  it('saves when the terminal is closed, and shows nothing that steers one', async () => {
    const profileDir = temporaryProfile()
    const { said, code } = await terminal(profileDir, 'tokens/s', ...long)
    expect(code).toBe(129)
    const step = Number(/(\d+)\/100000/.exec(said)?.[1])
    expect(step).toBeGreaterThan(0)
    expectSaved(await onlyRun(profileDir), step)

    expect(said).toContain('long␛[31m')
    const listed = await terminal(profileDir, '', 'runs')
    expect(listed).toEqual({ code: 0, said: expect.stringContaining('long␛[31m') as string })
    expect(listed.said).not.toContain('\u001b')
    // For a program it is what it is.
    expect((await command(profileDir, 'runs').ended).stdout).toContain('long\u001b[31m')
  })

  it('asks before it deletes', async () => {
    const profileDir = temporaryProfile()
    await command(profileDir, 'train', text, '--steps', '2', '--name', 'short', ...settings).ended
    const asked = await terminal(profileDir, '[y/N]', 'delete', 'short')
    expect(asked.said).toContain('Move short to the trash? [y/N]')
    expect((await onlyRun(profileDir)).name).toBe('short')
  })

  it.each([['--json'], []])('saves when nobody reads its output any more %s', async (...json) => {
    const profileDir = temporaryProfile()
    const training = command(profileDir, ...long, ...json)
    await training.said(json.length > 0 ? '"type":"step"' : 'Engine:')
    training.child.stdout?.destroy()
    const { code, stderr } = await training.ended
    expect(code).toBe(141)
    expect(stderr).not.toMatch(/ {4}at |Error/)
    expectSaved(await onlyRun(profileDir), 1)
  })
})
