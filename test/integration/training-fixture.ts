import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { closeDatabase, openDatabase, type Db } from '../../src-main/backend/db/connection'
import { identityOf } from '../../src-main/backend/jobs/process-identity'
import type { EngineOptions } from '../../src-main/backend/jobs/protocol'
import { createSupervisor } from '../../src-main/backend/jobs/supervisor'
import { profilePaths, type Context } from '../../src-main/backend/services/context'
import { createEngineProbes } from '../../src-main/backend/services/engine-probes'
import { createRecorder } from '../../src-main/backend/services/run-recorder'
import { startTraining, type Training } from '../../src-main/backend/services/training'
import { importTexts } from '../../src-main/engine/corpus/import'
import type { AppEvent } from '../../src-preload/contract/events'
import type { RunConfig } from '../../src-preload/contract/records'
import { built } from '../built'
import { addRun } from '../unit/db/rows'
import { engineOptions } from './job-fixture'

export const onlyRun = 'run_00000001'

export interface TrainingWorld {
  readonly db: Db
  /** Of the training under way. */
  jobPid(): number
  /** Trains the only run, in real jobs, until it is in its end state. */
  train(resume?: boolean): Training
  close(): Promise<void>
}

/**
 * A profile with the sample text and one run, trained as the backend would.
 * @param emit hears every event at once, before the job goes on
 */
export async function trainingWorld(
  root: string,
  config: RunConfig,
  emit: (event: AppEvent) => void,
  options: Partial<EngineOptions> = {},
): Promise<TrainingWorld> {
  const paths = profilePaths(root)
  const corpusDir = paths.corpus('c_00000000')
  await mkdir(corpusDir, { recursive: true })
  const sources = [{ path: join(import.meta.dirname, '../../resources/sample/en.txt'), name: 'en.txt' }]
  await importTexts({ sources, corpusDir, signal: new AbortController().signal, onProgress: () => undefined })
  const db = openDatabase(paths.database)
  const jobs = createSupervisor({ jobEntry: built('job.cjs') })
  db.raw.exec(`INSERT INTO corpora (corpus_id, name, state, created_at) VALUES ('c_00000000', 'text', 'ready', 1)`)
  addRun(db, onlyRun, config)
  const base = {
    db,
    jobs,
    paths,
    resourcesDir: '',
    engineOptions: { ...engineOptions('tensorflow'), ...options },
    self: identityOf(process.pid),
    emit,
    log: () => undefined,
    now: Date.now,
    freeMemory: () => Infinity,
    triesBfloat16: false,
  }
  const context: Context = { ...base, probes: createEngineProbes(base) }
  return {
    db,
    jobPid: () => Number(db.raw.prepare('SELECT job_pid FROM runs').pluck().get()),
    train: (resume = false) => startTraining(context, createRecorder(db, emit, Date.now), onlyRun, resume),
    close: async () => {
      await jobs.close(0)
      closeDatabase(db)
    },
  }
}
