import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { expect } from 'vitest'
import { createBackend, type Backend, type BackendOptions } from '../../src-main/backend/backend'
import { errorSentence } from '../../src-main/cli/error-text'
import type { ErrorCode, ErrorData } from '../../src-preload/contract/errors'
import type { AppEvent, GenerationEvent, RunEvent } from '../../src-preload/contract/events'
import type { Input, Method, Output } from '../../src-preload/contract/methods'
import type { CorpusRecord } from '../../src-preload/contract/records/corpora'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import { errors as english } from '../../src-renderer/text/en/errors'
import { errors as chinese } from '../../src-renderer/text/zh-CN/errors'
import { built } from '../built'
import { tensorflowDir } from '../tensorflow-dir'

/** The real backend with the real job program, on a profile of its own. */
export interface World {
  readonly backend: Backend
  readonly profileDir: string
  readonly events: readonly AppEvent[]
  /** Rejects with the error's data where the answer is an error. */
  request<M extends Method>(method: M, input: Input<M>): Promise<Output<M>>
  /** The error that a request is answered with. */
  refusal<M extends Method>(method: M, input: Input<M>): Promise<ErrorData>
  /** Imports a file or folder as the window does; resolves when the import has ended, however. */
  importPath(path: string): Promise<CorpusRecord>
  /** Resolves when the run is in one of these states. */
  reached(runId: string, ...states: RunRecord['state'][]): Promise<RunRecord>
  /** The first event of this run that fits, from those that came after `since` on. */
  runEvent<K extends RunEvent['kind']>(
    runId: string,
    kind: K,
    fits?: (event: Extract<RunEvent, { kind: K }>) => boolean,
    since?: number,
  ): Promise<Extract<RunEvent, { kind: K }>>
  /** Asks for that end of the run and waits for it. */
  ended(runId: string, as?: 'paused' | 'stopped'): Promise<RunRecord>
  /** Asks and waits for the end of the answer. */
  ask(
    runId: string,
    checkpoint: 'best' | 'last',
    maxTokens?: number,
  ): Promise<Extract<GenerationEvent, { kind: 'end' }>>
  close(): Promise<void>
}

export const temporaryProfile = (): string => mkdtempSync(join(tmpdir(), 'homegrown-bad-'))

export function openWorld(
  profileDir: string,
  tensorflowDirs: readonly string[] = [tensorflowDir()],
  options: Pick<BackendOptions, 'patience' | 'silenceMs'> = {},
): World {
  const backend = createBackend({
    profileDir,
    jobEntry: built('job.cjs'),
    resourcesDir: resolve('resources'),
    engineOptions: { engine: 'auto', tensorflowDirs },
    appVersion: '0.0.0',
    checkOutput: true,
    ...options,
  })
  const events: AppEvent[] = []
  const listeners = new Set<() => void>()
  backend.subscribe((event) => {
    events.push(event)
    for (const listener of listeners) listener()
  })

  /** Looks now and after each event. */
  const until = <T>(look: () => T | undefined): Promise<T> =>
    new Promise((found) => {
      const listener = (): void => {
        const value = look()
        if (value === undefined) return
        listeners.delete(listener)
        found(value)
      }
      listeners.add(listener)
      listener()
    })

  const request = async <M extends Method>(method: M, input: Input<M>): Promise<Output<M>> => {
    const answer = await backend.dispatch(method, input, 'window')
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- tests match the error's data
    if (!answer.ok) throw answer.error
    return answer.output as Output<M>
  }
  const refusal = async <M extends Method>(method: M, input: Input<M>): Promise<ErrorData> => {
    const answer = await backend.dispatch(method, input, 'window')
    if (answer.ok) throw new Error(`${method} should have been refused: ${JSON.stringify(answer.output)}`)
    return answer.error
  }
  const importPath = async (path: string): Promise<CorpusRecord> => {
    const { corpusId } = await request('corpora.import', { sources: [{ kind: 'path', path }] })
    return await backend.services.corpora.settled(corpusId)
  }
  const reached = (runId: string, ...states: RunRecord['state'][]): Promise<RunRecord> =>
    until(() => {
      const run = backend.services.runs.list().find((one) => one.runId === runId)
      return run !== undefined && states.includes(run.state) ? run : undefined
    })
  const ended: World['ended'] = async (runId, as = 'stopped') => {
    await request(as === 'paused' ? 'runs.pause' : 'runs.stop', { runId })
    return await reached(runId, 'paused', 'stopped', 'interrupted', 'failed', 'done')
  }
  const runEvent: World['runEvent'] = (runId, kind, fits = () => true, since = 0) =>
    until(() => {
      type Wanted = Extract<RunEvent, { kind: typeof kind }>
      return events
        .slice(since)
        .find(
          (event): event is Wanted =>
            event.topic === 'run' && event.runId === runId && event.kind === kind && fits(event as Wanted),
        )
    })
  const ask: World['ask'] = async (runId, checkpoint, maxTokens = 5) => {
    const { conversationId } = await request('talk.create', { runId })
    const sampling = { temperature: 0.8, topK: 40, topP: 1, maxTokens, seed: 7, stop: [] }
    const { generationId } = await request('talk.generate', {
      conversationId,
      runId,
      checkpoint,
      prompt: 'the ',
      sampling,
    })
    return await until(() =>
      events.find(
        (event): event is Extract<GenerationEvent, { kind: 'end' }> =>
          event.topic === 'generation' && event.generationId === generationId && event.kind === 'end',
      ),
    )
  }
  const close = () => backend.close(20_000)
  return { backend, profileDir, events, request, refusal, importPath, reached, runEvent, ended, ask, close }
}

/** For afterAll: nothing of a test stays. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

export interface CliResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The built command line, as a person runs it. */
export async function runCli(
  profileDir: string,
  args: readonly string[],
  as: { readonly uid?: number } = {},
): Promise<CliResult> {
  const child = spawn(process.execPath, [built('cli.cjs'), ...args], {
    env: { ...process.env, HOMEGROWN_PROFILE: profileDir, HOMEGROWN_TENSORFLOW_DIR: tensorflowDir() },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(as.uid === undefined ? {} : { uid: as.uid, gid: as.uid }),
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
  return await new Promise((ended) =>
    child.on('close', (code) => {
      ended({ code, stdout, stderr })
    }),
  )
}

/**
 * An error that a person can do something with: its code is the expected one, it has a sentence in the command line and
 * in both languages of the window, and every blank of these sentences has its value.
 *
 * @returns the command line's sentence
 */
export function expectClear(error: ErrorData | null, code: ErrorCode): string {
  expect(error?.code).toBe(code)
  const { params } = error as ErrorData
  for (const { title, body } of [english[code], chinese[code]]) {
    expect(title.length).toBeGreaterThan(3)
    expect(body.length).toBeGreaterThan(8)
    for (const [, blank = ''] of `${title} ${body}`.matchAll(/\{(\w+)\}/g)) expect(params).toHaveProperty(blank)
  }
  expect(`${chinese[code].title}${chinese[code].body}`).toMatch(/\p{Script=Han}{8}/u)
  const asked = new Set<string>()
  const watched = new Proxy(params, {
    get: (target, name) => {
      asked.add(String(name))
      return target[String(name)]
    },
  })
  const sentence = errorSentence({ code, params: watched })
  expect(Object.keys(params)).toEqual(expect.arrayContaining([...asked]))
  expect(sentence).toMatch(/^[A-Z].*\.$/)
  return sentence
}

/** All files under a folder, relative, sorted: what "nothing was deleted" means. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
}

/** Processes that this one has started and that still run. */
export function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) => {
    const children = readFileSync(join('/proc', String(pid), 'task', task, 'children'), 'utf8')
    return children
      .split(' ')
      .filter((text) => text.trim() !== '')
      .map(Number)
  })
}

/** A text of real words that a model of a few thousand numbers learns something from at once. */
export const someText = 'The river bends at the old mill, and nobody can say who built it.\n'.repeat(300)
