import { closeDatabase, openDatabase, type Db } from '../../../src-main/backend/db/connection'
import { identityOf } from '../../../src-main/backend/jobs/process-identity'
import type { EngineOptions } from '../../../src-main/backend/jobs/protocol'
import { createSupervisor } from '../../../src-main/backend/jobs/supervisor'
import { defaultPatience, profilePaths, type Context } from '../../../src-main/backend/services/context'
import { createEngineProbes } from '../../../src-main/backend/services/engine-probes'
import { createRecorder } from '../../../src-main/backend/services/run-recorder'
import { startTraining, type Training } from '../../../src-main/backend/services/training'
import type { AppEvent } from '../../../src-preload/contract/events'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import { addRun } from '../db/rows'

export const onlyRun = 'run_00000001'
export const onlyCorpus = 'c_00000000'

export interface OneRun {
  readonly db: Db
  readonly train: (resume?: boolean, divergedAt?: number) => Training
  readonly close: () => Promise<void>
}

export interface OneRunOptions {
  readonly jobEntry: string
  readonly engineOptions: EngineOptions
  readonly config: Partial<RunConfig>
  /** Hears every event at once, before the job goes on. */
  readonly emit: (event: AppEvent) => void
}

/** A database with one run, trained as the backend would. @param root of a profile that holds the text of `onlyCorpus` */
export function oneRun(root: string, { jobEntry, engineOptions, config, emit }: OneRunOptions): OneRun {
  const paths = profilePaths(root)
  const db = openDatabase(paths.database)
  const jobs = createSupervisor({ jobEntry })
  db.raw.exec(`INSERT INTO corpora (corpus_id, name, state, created_at) VALUES ('${onlyCorpus}', 'text', 'ready', 1)`)
  addRun(db, onlyRun, config)
  const base = {
    db,
    jobs,
    paths,
    resourcesDir: '',
    engineOptions,
    self: identityOf(process.pid),
    emit,
    log: () => undefined,
    now: Date.now,
    freeMemory: () => Infinity,
    triesBfloat16: false,
    patience: defaultPatience,
  }
  const context: Context = { ...base, probes: createEngineProbes(base) }
  return {
    db,
    train: (resume = false, divergedAt) => {
      const start = { runId: onlyRun, resume, divergedAt: divergedAt ?? null }
      return startTraining(context, createRecorder(db, emit, Date.now), start)
    },
    close: async () => {
      await jobs.close(0)
      closeDatabase(db)
    },
  }
}
