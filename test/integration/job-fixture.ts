import { fork, type ChildProcess } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { EngineId } from '../../src-preload/contract/records/computer'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { runLimits } from '../../src-preload/contract/limits'
import { jobEnvironment } from '../../src-main/backend/jobs/environment'
import type { EngineOptions, JobEvent, JobRequest, JobTask } from '../../src-main/backend/jobs/protocol'
import { built } from '../built'
import { tensorflowDir } from '../tensorflow-dir'

export type EventOf<K extends JobEvent['kind']> = Extract<JobEvent, { kind: K }>

export interface RunningJob {
  readonly child: ChildProcess
  readonly events: readonly JobEvent[]
  send(request: JobRequest): void
  /** The first event of a kind that has come or comes; rejects when the job ends without it. */
  event<K extends JobEvent['kind']>(kind: K, matches?: (event: EventOf<K>) => boolean): Promise<EventOf<K>>
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string }>
}

/** How a training is disturbed: told to stop (it saves and ends), or its process killed (it resumes from what was saved last). */
export type Disturbance = 'stop' | 'kill'

const atStep = pathToFileURL(join(import.meta.dirname, '../fixtures/jobs/at-step.mjs')).href

/**
 * Starts the built job program as the supervisor does.
 * @param disturbed ends a training right after a step, however fast the machine is
 */
export function startJob(task: JobTask, disturbed?: { step: number; how: Disturbance }): RunningJob {
  const child = fork(built('job.cjs'), [], {
    execArgv: disturbed ? ['--import', atStep] : [],
    env: { ...jobEnvironment(), ...(disturbed && { AT_STEP: String(disturbed.step), AT_STEP_THEN: disturbed.how }) },
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const events: JobEvent[] = []
  const listeners = new Set<() => void>()
  let output = ''
  let over = false
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data: Buffer) => {
      output += data.toString()
    })
  }
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  child.on('message', (event: JobEvent) => {
    events.push(event)
    tell()
  })
  // Not `close`: Node never emits it once the channel was disconnected from this side (seen with 24.21).
  const gone = (emitter: NodeJS.EventEmitter | null, event: string): Promise<void> =>
    new Promise((resolve) => {
      if (emitter) emitter.once(event, resolve)
      else resolve()
    })
  const drained = Promise.all([gone(child.stdout, 'end'), gone(child.stderr, 'end'), gone(child, 'disconnect')])
  const ended = new Promise<Awaited<RunningJob['ended']>>((resolve) => {
    child.on('exit', (code, signal) => {
      void drained.then(() => {
        over = true
        tell()
        resolve({ code, signal, output })
      })
    })
  })
  const send = (request: JobRequest): void => {
    child.send(request)
  }
  send({ kind: 'start', task })
  return {
    child,
    events,
    send,
    ended,
    event: (kind, matches = () => true) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          type Wanted = EventOf<typeof kind>
          const found = events.find((event): event is Wanted => event.kind === kind && matches(event as Wanted))
          if (!found && !over) return
          listeners.delete(look)
          if (found) resolve(found)
          else reject(new Error(`The job ended without ${kind}: ${JSON.stringify(events.at(-1))}\n${output}`))
        }
        listeners.add(look)
        look()
      }),
  }
}

/** Tokens of the sample text, 300 kinds of them, as the backend's jobs make them. @returns tokenizedDir */
export async function sampleTokens(root: string): Promise<string> {
  const corpusDir = join(root, 'corpus')
  const dir = join(root, 'tokens')
  const sample = join(import.meta.dirname, '../../resources/sample/en.txt')
  await runJob({ kind: 'import', sources: [{ path: sample, name: 'en.txt' }], corpusDir })
  await runJob({ kind: 'tokenize', corpusDir, dir, tokenizer: 'bpe', vocabSize: 300, split: 'blocks' })
  return dir
}

/** As the backend gives a run its own tokens. @returns runDir */
export function withTokens(runDir: string, tokenizedDir: string): string {
  cpSync(tokenizedDir, runDir, { recursive: true })
  return runDir
}

/** Runs a task to its end; throws where it fails. */
export async function runJob(task: JobTask): Promise<readonly JobEvent[]> {
  const job = startJob(task)
  const { code, signal, output } = await job.ended
  if (code !== 0) throw new Error(`exit ${code ?? signal ?? '?'} ${JSON.stringify(job.events.at(-1))}\n${output}`)
  return job.events
}

export const eventsOf = <K extends JobEvent['kind']>(events: readonly JobEvent[], kind: K): EventOf<K>[] =>
  events.filter((event): event is EventOf<K> => event.kind === kind)

export const engineOptions = (engine: EngineId): EngineOptions => ({
  engine,
  tensorflowDirs: [tensorflowDir()],
})

const defaults = Object.fromEntries(
  Object.entries(runLimits).map(([name, limit]) => [name, limit.default]),
) as unknown as RunConfig

/** A model that trains in a moment, dropout on. */
export const smallConfig = (change: Partial<RunConfig> = {}): RunConfig => ({
  ...defaults,
  nLayer: 1,
  nHead: 2,
  nEmbd: 16,
  blockSize: 16,
  dropout: 0.1,
  batchSize: 4,
  maxSteps: 20,
  learningRate: 1e-2,
  warmupSteps: 5,
  evalInterval: 10,
  evalBatches: 2,
  logInterval: 1,
  sampleInterval: 20,
  samplePrompt: 'The ',
  compile: 'graph',
  vocabSize: 300,
  ...change,
})
