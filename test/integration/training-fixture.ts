import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineOptions } from '../../src-main/backend/jobs/protocol'
import { profilePaths } from '../../src-main/backend/services/context'
import { importTexts } from '../../src-main/engine/corpus/import'
import type { AppEvent } from '../../src-preload/contract/events'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { built } from '../built'
import { oneRun, onlyCorpus, type OneRun } from '../unit/services/one-run'
import { engineOptions } from './job-fixture'

export { onlyRun } from '../unit/services/one-run'

export interface TrainingWorld extends OneRun {
  /** Of the training under way. */
  jobPid(): number
}

/**
 * A profile with the sample text and one run, trained in real jobs.
 * @param emit hears every event at once, before the job goes on
 */
export async function trainingWorld(
  root: string,
  config: RunConfig,
  emit: (event: AppEvent) => void,
  options: Partial<EngineOptions> = {},
): Promise<TrainingWorld> {
  const corpusDir = profilePaths(root).corpus(onlyCorpus)
  await mkdir(corpusDir, { recursive: true })
  const sources = [{ path: join(import.meta.dirname, '../../resources/sample/en.txt'), name: 'en.txt' }]
  await importTexts({ sources, corpusDir, signal: new AbortController().signal, onProgress: () => undefined })
  const chosen = { ...engineOptions('tensorflow'), ...options }
  const run = oneRun(root, { jobEntry: built('job.cjs'), engineOptions: chosen, config, emit })
  return { ...run, jobPid: () => Number(run.db.raw.prepare('SELECT job_pid FROM runs').pluck().get()) }
}
