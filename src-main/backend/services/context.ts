import { join } from 'node:path'
import type { AppError } from '../../../src-preload/contract/errors'
import type { AppEvent } from '../../../src-preload/contract/events'
import { stopWithinMs } from '../../../src-preload/contract/limits'
import type { Db } from '../db/connection'
import type { ProcessIdentity } from '../jobs/process-identity'
import type { EngineOptions } from '../jobs/protocol'
import type { Supervisor } from '../jobs/supervisor'
import type { EngineProbes } from './engine-probes'

/** How long a person who ends something waits, milliseconds, before the job is ended at what it saved last. */
export interface Patience {
  /** For the step, or the token, under way. */
  readonly stepMs: number
  /**
   * For the next bytes of what is saved to be on the disk: gigabytes on a slow one take as long as they take. A job that gives
   * no sign of life is ended sooner.
   */
  readonly savingMs: number
}
export const defaultPatience: Patience = { stepMs: stopWithinMs, savingMs: 120_000 }

/** What every service stands on. */
export interface Context {
  readonly db: Db
  readonly jobs: Supervisor
  readonly paths: ProfilePaths
  /** The bundled sample texts and whatever else is read-only. */
  readonly resourcesDir: string
  readonly engineOptions: EngineOptions
  /** What works here, and which of it to use. */
  readonly probes: EngineProbes
  /** This backend, as the owner of what it works on. */
  readonly self: ProcessIdentity
  /** To every window. */
  readonly emit: (event: AppEvent) => void
  /** For the log file; nobody else hears of it. */
  readonly log: (error: AppError) => unknown
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Bytes that a job could have now. */
  readonly freeMemory: () => number
  readonly patience: Patience
  /** Whether a run that may choose its precision tries bfloat16 on this processor. */
  readonly triesBfloat16: boolean
}

/** Where things lie in the profile folder (docs/architecture.md, "Profile folder"). */
export interface ProfilePaths {
  readonly root: string
  readonly database: string
  readonly uploads: string
  readonly logs: string
  readonly engineFigures: string
  readonly timings: string
  readonly corpora: string
  readonly runs: string
  corpus(corpusId: string): string
  run(runId: string): string
}

export function profilePaths(root: string): ProfilePaths {
  const corpora = join(root, 'corpora')
  const runs = join(root, 'runs')
  return {
    root,
    database: join(root, 'homegrown.db'),
    uploads: join(root, 'uploads'),
    logs: join(root, 'logs'),
    engineFigures: join(root, 'engines.json'),
    timings: join(root, 'timings.json'),
    corpora,
    runs,
    corpus: (corpusId) => join(corpora, corpusId),
    run: (runId) => join(runs, runId),
  }
}

/** Deleted things stay in the trash this long. */
export const trashMs = 30 * 86_400_000
