import { fork, type ChildProcess } from 'node:child_process'
import { AppError } from '../../../src-preload/contract/errors'
import { jobEnvironment } from './environment'
import { endedForMemory, memoryKills } from './memory-kills'
import { identityOf, type ProcessIdentity } from './process-identity'
import type { JobEvent, JobRequest, JobTask } from './protocol'
import { watchLife } from './watchdog'

/** A task in a process of its own. */
export interface Job {
  readonly process: ProcessIdentity
  /**
   * Settles once, when the process is gone and every event before that was handed over.
   * Rejects with the job's own error, with what `onEvent` threw (it kills the job), with `job.killed` {signal}, with
   * `job.silent` {seconds} (it gave no sign of life and was killed), or with `memory.exhausted`.
   */
  readonly ended: Promise<void>
  send(request: JobRequest): void
  /** Save, report, end; killed when that takes longer than the given time. */
  stop(graceMs?: number): void
  kill(): void
}

type EventOf<K extends JobEvent['kind']> = Extract<JobEvent, { kind: K }>

export interface AskOptions {
  /** Kills the job: it has nothing to save. */
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((event: EventOf<'progress'>) => void) | undefined
}

export interface Supervisor {
  start(task: JobTask, onEvent: (event: JobEvent) => void): Job
  /**
   * Starts a job for the one answer that it gives, and waits for its end.
   *
   * @param kind of the event that is the answer
   * @throws AppError `cancelled` when the signal ended it; else as `Job.ended`
   */
  ask<K extends JobEvent['kind']>(task: JobTask, kind: K, options?: AskOptions): Promise<EventOf<K>>
  /** Tells all jobs to stop, kills what is left after the time, and returns when none is left. */
  close(graceMs: number): Promise<void>
}

export interface SupervisorOptions {
  /** The built job program (out/main/job.cjs). */
  readonly jobEntry: string
  /** How long a job may give no sign of life; absent: a minute. */
  readonly silenceMs?: number | undefined
  /** The last lines that a failed job wrote, for the log. */
  readonly onFailure?: (task: JobTask['kind'], error: AppError, output: string) => void
}

const keptOutput = 16_384
/** After the process is gone its channel is normally empty at once. */
const drainMs = 500
/**
 * A job beats every second from a thread of its own (engine/heartbeat.ts), so what it computes makes no silence: 3.1 s was the
 * longest seen, with four trainings on two cores under other load. The rest of the minute is for a computer that swaps.
 */
const defaultSilenceMs = 60_000

/** The only place that starts processes: jobs run on the Node that runs the backend, and die when it does. */
export function createSupervisor({ jobEntry, silenceMs = defaultSilenceMs, onFailure }: SupervisorOptions): Supervisor {
  const live = new Set<{ job: Job; child: ChildProcess }>()

  const start = (task: JobTask, onEvent: (event: JobEvent) => void): Job => {
    const killsBefore = memoryKills()
    const child = fork(jobEntry, [], {
      execPath: process.execPath,
      execArgv: [],
      env: { ...jobEnvironment(), HOMEGROWN_HEARTBEAT: '4' },
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8')
      stream?.on('data', (text: string) => {
        output = (output + text).slice(-keptOutput)
      })
    }

    let failure: AppError | null = null
    let graceTimer: NodeJS.Timeout | undefined
    const unwatch = watchLife(child.stdio[4], silenceMs, () => {
      failure ??= new AppError('job.silent', { seconds: Math.round(silenceMs / 1000) })
      kill()
    })
    const ended = new Promise<void>((resolve, reject) => {
      let settled = false
      const settle = (error: AppError | null) => {
        if (settled) return
        settled = true
        clearTimeout(graceTimer)
        unwatch()
        live.delete(entry)
        if (error === null) {
          resolve()
          return
        }
        onFailure?.(task.kind, error, output)
        reject(error)
      }
      child.on('message', (event: JobEvent) => {
        if (settled || failure !== null) return
        if (event.kind === 'failed') {
          failure = AppError.fromData(event.error)
          return
        }
        try {
          onEvent(event)
        } catch (error) {
          // A full disk, mostly: it ends this job, not the program with everything else that runs.
          failure = AppError.from(error)
          kill()
        }
      })
      child.on('error', (error) => {
        // Could not be started. A failed send also comes here; then the process's end says more.
        if (child.pid === undefined) settle(new AppError('internal', { detail: error.message }, error))
      })
      child.on('exit', (code, signal) => {
        const judge = () => {
          settle(failure ?? verdict({ code, signal, output, memoryKilled: memoryKills() > killsBefore }))
        }
        if (!child.connected) setImmediate(judge)
        else {
          child.once('disconnect', judge)
          setTimeout(judge, drainMs).unref()
        }
      })
    })
    // Whoever waits for it sees the error; nobody has to.
    ended.catch(() => undefined)

    const send = (request: JobRequest) => {
      // A process that just ended cannot be told anything: its end is reported anyway.
      if (child.connected) child.send(request, () => undefined)
    }
    const kill = () => {
      child.kill('SIGKILL')
    }
    const stop = (graceMs?: number) => {
      send({ kind: 'stop' })
      if (graceMs !== undefined && graceTimer === undefined) graceTimer = setTimeout(kill, graceMs)
    }
    const job: Job = { process: identityOf(child.pid ?? 0), ended, send, stop, kill }
    const entry = { job, child }
    live.add(entry)
    send({ kind: 'start', task })
    return job
  }

  const ask: Supervisor['ask'] = async (task, kind, { signal, onProgress } = {}) => {
    if (signal?.aborted) throw new AppError('cancelled')
    type Answer = EventOf<typeof kind>
    const seen: { answer?: Answer } = {}
    const job = start(task, (event) => {
      if (event.kind === kind) seen.answer = event as Answer
      if (event.kind === 'progress') onProgress?.(event)
    })
    const kill = (): void => {
      job.kill()
    }
    signal?.addEventListener('abort', kill)
    try {
      await job.ended
    } catch (error) {
      throw signal?.aborted ? new AppError('cancelled') : error
    } finally {
      signal?.removeEventListener('abort', kill)
    }
    if (seen.answer === undefined)
      throw new AppError('internal', { detail: `${task.kind} job ended without an answer` })
    return seen.answer
  }

  const close = async (graceMs: number): Promise<void> => {
    const jobs = [...live].map(({ job }) => job)
    for (const job of jobs) job.stop(graceMs)
    await Promise.allSettled(jobs.map((job) => job.ended))
  }

  return { start, ask, close }
}

interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
  readonly memoryKilled: boolean
}

function verdict({ code, signal, output, memoryKilled }: End): AppError | null {
  if (code === 0) return null
  if (endedForMemory(output) || (signal === 'SIGKILL' && memoryKilled)) return new AppError('memory.exhausted')
  return new AppError('job.killed', { signal: signal ?? `exit ${code ?? '?'}` })
}
