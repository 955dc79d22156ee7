import { fork, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { AppEvent } from '../../src-preload/contract/events'
import type { Input, Method, Output } from '../../src-preload/contract/methods'
import type { WireMessage } from '../../src-preload/contract/wire'
import { built } from '../built'
import { tensorflowDir } from '../tensorflow-dir'

export function temporaryProfile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'homegrown-profile-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  })
  return folder
}

/** What every process of ours gets here: its own profile, the library that the tests use, answers held to the contract. */
export const environment = (profileDir: string): NodeJS.ProcessEnv => ({
  ...process.env,
  HOMEGROWN_PROFILE: profileDir,
  HOMEGROWN_TENSORFLOW_DIR: tensorflowDir(),
  HOMEGROWN_CHECK: '1',
})

export interface BackendProcess {
  readonly child: ChildProcess
  readonly events: AppEvent[]
  /** Rejects with the error's data. */
  request<M extends Method>(method: M, input: Input<M>): Promise<Output<M>>
  /** The first event that fits, from those to come. */
  next(fits: (event: AppEvent) => boolean): Promise<AppEvent>
  readonly gone: Promise<void>
}

/** The built backend as the shell runs it: a child with an IPC channel. */
export function startBackendProcess(profileDir: string): BackendProcess {
  const child = fork(built('backend.cjs'), [], {
    env: environment(profileDir),
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const events: AppEvent[] = []
  const answers = new Map<number, (message: WireMessage) => void>()
  const listeners = new Set<(event: AppEvent) => void>()
  child.on('message', (message: WireMessage) => {
    if ('event' in message) {
      events.push(message.event)
      for (const listener of listeners) listener(message.event)
    } else answers.get(message.id)?.(message)
  })
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve()
    })
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await gone
  })

  let id = 0
  const request = <M extends Method>(method: M, input: Input<M>): Promise<Output<M>> =>
    new Promise((resolve, reject) => {
      const own = ++id
      answers.set(own, (message) => {
        answers.delete(own)
        if (!('id' in message)) return
        if (message.ok) resolve(message.output as Output<M>)
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- tests match the error's data
        else reject(message.error)
      })
      child.send({ id: own, method, input }, () => undefined)
    })
  const next = (fits: (event: AppEvent) => boolean): Promise<AppEvent> =>
    new Promise((resolve) => {
      const listener = (event: AppEvent): void => {
        if (!fits(event)) return
        listeners.delete(listener)
        resolve(event)
      }
      listeners.add(listener)
    })
  return { child, events, request, next, gone }
}

export interface CommandResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningCommand {
  readonly child: ChildProcess
  readonly ended: Promise<CommandResult>
  /** Resolves when standard output has this text. */
  said(text: string): Promise<void>
  /** Standard output so far. */
  out(): string
}

/** The built command line, started with these arguments; there is nothing to read on its standard input. */
export const command = (profileDir: string, ...args: string[]): RunningCommand => commandReading('', profileDir, args)

/** It reads this on its standard input. */
export function commandReading(input: string | Buffer, profileDir: string, args: readonly string[]): RunningCommand {
  const child = spawn(process.execPath, [built('cli.cjs'), ...args], {
    env: environment(profileDir),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // Most never read it, and may have ended by now.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  let stdout = ''
  let stderr = ''
  const waiting: { text: string; resolve: () => void }[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    for (const entry of waiting) if (stdout.includes(entry.text)) entry.resolve()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<CommandResult>((resolve) => {
    child.once('close', (code) => {
      resolve({ code, stdout, stderr })
    })
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const said = (text: string): Promise<void> =>
    new Promise((resolve) => {
      if (stdout.includes(text)) resolve()
      else waiting.push({ text, resolve })
    })
  return { child, ended, said, out: () => stdout }
}
