import { AppError } from '../../src-preload/contract/errors'
import type { AppEvent } from '../../src-preload/contract/events'
import { resumePoint } from '../../src-preload/contract/resume'
import type { Closing } from '../../src-preload/contract/wire'
import { normalizeText } from '../engine/corpus/normalize'
import { readPage } from '../engine/read-page'
import { processorBfloat16 } from '../engine/runtime/processor'
import { closeDatabase, openDatabase } from './db/connection'
import { copyRegularly } from './db/copies'
import { endOpenMessages } from './db/conversations'
import { findRun } from './db/runs'
import { readSettings } from './db/settings'
import { identityOf } from './jobs/process-identity'
import type { EngineOptions } from './jobs/protocol'
import { createSupervisor } from './jobs/supervisor'
import { logError } from './log-file'
import type { AskedOfEngines } from './places'
import { openSnapshot, prepareProfile } from './profile'
import { createDispatch } from './rpc/dispatch'
import type { Port } from './rpc/transport'
import { defaultPatience, profilePaths, type Context, type Patience } from './services/context'
import { createCorpora } from './services/corpora'
import { createEngineProbes } from './services/engine-probes'
import { createEngines } from './services/engines'
import { freeMemory } from './services/free-memory'
import { createGenerator } from './services/generator'
import { createOtherRuns } from './services/other-runs'
import { createOrigins } from './services/origins'
import { createPlanning } from './services/planning'
import { recoverLost } from './services/recovery'
import { createQueue } from './services/queue'
import { createRecorder } from './services/run-recorder'
import { createRuns } from './services/runs'
import type { Services } from './services/services'
import { createSettings } from './services/settings'
import { createSystem } from './services/system'
import { createTalk } from './services/talk'
import { createTimings } from './services/timings'
import { createTrainingQueue } from './services/training-queue'
import { createTrash } from './services/trash'
import { createUploads } from './services/uploads'
import { watchOtherProcesses } from './services/watch'

export interface BackendOptions {
  readonly profileDir: string
  /** The built job program. */
  readonly jobEntry: string
  readonly resourcesDir: string
  readonly engineOptions: EngineOptions
  /** What the environment asks for, held against what there is; absent: nothing. */
  readonly askedOfEngines?: AskedOfEngines
  readonly appVersion: string
  /** Bytes that a job could have now; absent: what the computer says. */
  readonly freeMemory?: () => number
  /** Whether the processor multiplies bfloat16 numbers; absent: what it says. */
  readonly triesBfloat16?: boolean
  /** How long those who end something wait; absent: as a person would. */
  readonly patience?: Patience
  /** How long a job may give no sign of life; absent: as long as the supervisor thinks right. */
  readonly silenceMs?: number
  /** Starts what it is told to, also while the queue is paused: for one command that waits for its own run. */
  readonly ignoresQueuePause?: boolean
  /** Holds answers against the contract: in development and tests. */
  readonly checkOutput?: boolean
}

export interface Backend extends Port {
  readonly services: Services
  /**
   * Saves what trains; ends every job; leaves nothing open.
   * @param graceMs after which saving is given up; absent: it takes as long as it gets on
   */
  close(graceMs?: number): Promise<void>
  /** While it closes: what trains ends at once, at its last save. */
  giveUp(): void
  /** What `close` waits for. */
  closing(): Closing
}

const tidyMs = 3_600_000

/** The whole backend: database, jobs and services, in the order in which they need each other. */
export function createBackend(options: BackendOptions): Backend {
  const paths = profilePaths(options.profileDir)
  const isWritable = prepareProfile(paths)
  const log = (error: AppError, output = ''): string | null => logError(paths.logs, error, output)
  const listeners = new Set<(event: AppEvent) => void>()
  const emit = (event: AppEvent): void => {
    for (const listener of listeners) listener(event)
  }

  const { db, remove = () => undefined } = isWritable
    ? { db: openDatabase(paths.database) }
    : openSnapshot(paths.database)
  const jobs = createSupervisor({
    jobEntry: options.jobEntry,
    silenceMs: options.silenceMs,
    onFailure: (task, error, output) => {
      if (error.kind !== 'cancelled' && error.kind !== 'validation') log(error, `${task}: ${output}`)
    },
  })
  const base = {
    db,
    jobs,
    paths,
    resourcesDir: options.resourcesDir,
    engineOptions: options.engineOptions,
    self: identityOf(process.pid),
    emit,
    log,
    now: Date.now,
    freeMemory: options.freeMemory ?? freeMemory,
    patience: options.patience ?? defaultPatience,
    triesBfloat16: options.triesBfloat16 ?? processorBfloat16() === 'native',
  }
  const context: Context = { ...base, probes: createEngineProbes(base) }

  const recorder = createRecorder(db, emit, context.now)
  if (isWritable) recoverLost(context, recorder)
  endOpenMessages(db)
  // Of a profile that can only be read this is a copy: what would be written to it would be lost in silence.
  if (!isWritable) db.raw.pragma('query_only = ON')

  const timings = createTimings(context)
  const isPaused = (): boolean => options.ignoresQueuePause !== true && readSettings(db).queuePaused
  const queue = createTrainingQueue(context, recorder, { beforeTraining: timings.cancel, isPaused })
  listeners.add((event) => {
    if (event.topic === 'changed' && event.what === 'settings') queue.wake()
  })
  const uploads = createUploads(context)
  const corpora = createCorpora(context, uploads)
  const generator = createGenerator(context)
  const origins = createOrigins(context)
  const planning = createPlanning(context, queue, timings, origins)
  const runs = createRuns(context, { recorder, queue, generator, planning, origins })
  const talk = createTalk(context, generator, { normalize: normalizeText, read: readPage })
  const trash = createTrash(context)
  const system = createSystem(context, { ...options, profileWritable: isWritable })
  const engines = createEngines(context)
  // Before any window hears of it, and asks.
  listeners.add((event) => {
    if (event.topic === 'changed' && event.what === 'engines') context.probes.forget()
  })
  const settings = createSettings(context)
  const services: Services = {
    ...{ system, engines, settings, uploads, corpora, runs, talk, trash, generator },
    queue: createQueue(context, queue, timings),
  }

  const tidy = (): void => {
    // What is gone for good is not copied first.
    const cleaned = trash.purge().then(() => (db.raw.open ? copyRegularly(db.raw, context.now()) : undefined))
    Promise.all([cleaned, uploads.sweep()]).catch((thrown: unknown) => {
      if (db.raw.open) log(AppError.from(thrown))
    })
  }
  if (isWritable) tidy()
  const tidying = isWritable ? setInterval(tidy, tidyMs) : undefined
  const otherRuns = createOtherRuns(context)
  listeners.add((event) => {
    if (event.topic === 'run') otherRuns.note(event)
  })
  const unwatch = isWritable ? watchOtherProcesses(context, recorder, otherRuns) : () => undefined

  const subscribe = (listener: (event: AppEvent) => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  const giveUp = (): void => {
    queue.giveUp()
  }
  let closing: Promise<void> | null = null
  const close = (graceMs?: number): Promise<void> => {
    closing ??= (async () => {
      clearInterval(tidying)
      unwatch()
      const grace = graceMs === undefined ? undefined : setTimeout(giveUp, graceMs)
      await Promise.all([queue.close(), corpora.close(), talk.close(), engines.close()])
      clearTimeout(grace)
      await Promise.all([jobs.close(0), trash.close()])
      db.raw.pragma('query_only = OFF')
      closeDatabase(db)
      remove()
    })()
    return closing
  }

  const whatItWaitsFor = (): Closing => {
    const runId = queue.current()
    const run = runId === null ? null : findRun(db, runId, 'any')
    return { run: run && { name: run.name, savedStep: resumePoint(run).step, saved: queue.saved() } }
  }

  const dispatch = createDispatch(services, { checkOutput: options.checkOutput ?? false, onInternal: log })
  return { services, dispatch, subscribe, close, giveUp, closing: whatItWaitsFor }
}
