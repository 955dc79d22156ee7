import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { closeDatabase, openDatabase } from '../../src-main/backend/db/connection'
import { findRun, runFacts } from '../../src-main/backend/db/runs'
import { rollbacksOf } from '../../src-main/backend/db/samples'
import { identityOf } from '../../src-main/backend/jobs/process-identity'
import { createSupervisor } from '../../src-main/backend/jobs/supervisor'
import { profilePaths, type Context } from '../../src-main/backend/services/context'
import { createEngineProbes } from '../../src-main/backend/services/engine-probes'
import { createRecorder } from '../../src-main/backend/services/run-recorder'
import { startTraining } from '../../src-main/backend/services/training'
import { importTexts } from '../../src-main/engine/corpus/import'
import type { AppEvent } from '../../src-preload/contract/events'
import { built } from '../built'
import { addRun } from '../unit/db/rows'
import { engineOptions, smallConfig } from './job-fixture'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'homegrown-memory-'))
})
afterAll(() => rm(root, { recursive: true }))

/** Address space that a process may have from now on: what it has and a little. The computer itself has enough. */
async function limit(pid: number, moreBytes: number): Promise<void> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const bytes = Number(/VmSize:\s*(\d+)/.exec(status)?.[1]) * 1024 + moreBytes
  execFileSync('prlimit', ['--pid', String(pid), `--as=${bytes}:${bytes}`])
}

const hasLimits = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0
if (!hasLimits) process.stderr.write('Skipped: to take memory from one process only needs Linux and prlimit.\n')

const cases = [
  {
    name: 'half as many examples at once',
    // Half a gigabyte of activations.
    shape: { nLayer: 4, nHead: 4, nEmbd: 128, blockSize: 128, batchSize: 64 },
    less: { batchSize: 64, accumulation: 2, activationCheckpointing: 'off' },
  },
  {
    name: 'blocks that are computed again, where there is one example',
    shape: { nLayer: 12, nHead: 4, nEmbd: 128, blockSize: 512, batchSize: 1 },
    less: { batchSize: 1, accumulation: 1, activationCheckpointing: 'on' },
  },
] as const

it.skipIf(!hasLimits).each(cases)('a run that is out of memory goes on by itself with $name', async (wanted) => {
  const paths = profilePaths(join(root, wanted.name))
  const corpusDir = paths.corpus('c_00000000')
  await mkdir(corpusDir, { recursive: true })
  const sources = [{ path: join(import.meta.dirname, '../../resources/sample/en.txt'), name: 'en.txt' }]
  await importTexts({ sources, corpusDir, signal: new AbortController().signal, onProgress: () => undefined })
  const db = openDatabase(paths.database)
  const jobs = createSupervisor({ jobEntry: built('job.cjs') })
  db.raw.exec(`INSERT INTO corpora (corpus_id, name, state, created_at) VALUES ('c_00000000', 'text', 'ready', 1)`)
  const shape = { ...wanted.shape, maxSteps: 3, warmupSteps: 0 }
  addRun(db, 'run_00000001', smallConfig({ ...shape, engine: 'tensorflow', evalBatches: 1, sampleInterval: 0 }))
  let limited = false
  const emit = (event: AppEvent): void => {
    if (limited || event.topic !== 'run' || event.kind !== 'stage' || event.stage !== 'training') return
    limited = true
    const pid = Number(db.raw.prepare('SELECT job_pid FROM runs').pluck().get())
    void limit(pid, 64 << 20)
  }
  const base = {
    db,
    jobs,
    paths,
    resourcesDir: '',
    engineOptions: engineOptions('tensorflow'),
    self: identityOf(process.pid),
    emit,
    log: () => undefined,
    now: Date.now,
    freeMemory: () => Infinity,
  }
  const context: Context = { ...base, probes: createEngineProbes(base) }
  try {
    await startTraining(context, createRecorder(db, emit, Date.now), 'run_00000001', false).ended
    expect(limited).toBe(true)
    expect(findRun(db, 'run_00000001')).toMatchObject({ state: 'done', step: 3, error: null })
    const rollbacks = rollbacksOf(db, 'run_00000001')
    const { accumulation } = wanted.less
    expect(rollbacks).toEqual([{ step: rollbacks[0]?.step, toStep: 0, learningRateFactor: 1, accumulation }])
    expect(runFacts(db, 'run_00000001')?.config).toMatchObject(wanted.less)
  } finally {
    await jobs.close(0)
    closeDatabase(db)
  }
})
