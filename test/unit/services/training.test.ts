import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { closeDatabase, openDatabase } from '../../../src-main/backend/db/connection'
import { findRun } from '../../../src-main/backend/db/runs'
import { identityOf } from '../../../src-main/backend/jobs/process-identity'
import { createSupervisor } from '../../../src-main/backend/jobs/supervisor'
import { profilePaths, type Context } from '../../../src-main/backend/services/context'
import { createEngineProbes } from '../../../src-main/backend/services/engine-probes'
import { createRecorder } from '../../../src-main/backend/services/run-recorder'
import { startTraining } from '../../../src-main/backend/services/training'
import type { AppEvent } from '../../../src-preload/contract/events'
import { addRun } from '../db/rows'
import { temporaryFolder } from '../temporary'

function setUp() {
  const paths = profilePaths(temporaryFolder())
  mkdirSync(paths.corpus('c_00000000'), { recursive: true })
  writeFileSync(join(paths.corpus('c_00000000'), 'text.txt'), 'text')
  const db = openDatabase(paths.database)
  const jobs = createSupervisor({ jobEntry: resolve('test/fixtures/jobs/job.mjs') })
  onTestFinished(async () => {
    await jobs.close(0)
    closeDatabase(db)
  })
  db.raw.exec(`INSERT INTO corpora (corpus_id, name, state, created_at) VALUES ('c_00000000', 'text', 'ready', 1)`)
  addRun(db, 'run_00000001', { samplePrompt: 'slowly', maxSteps: 10_000 })

  const events: AppEvent[] = []
  let heard: () => void = () => undefined
  const emit = (event: AppEvent): void => {
    events.push(event)
    heard()
  }
  const base = {
    db,
    jobs,
    paths,
    resourcesDir: '',
    engineOptions: { engine: 'wasm', tensorflowDirs: [] } as const,
    self: identityOf(process.pid),
    emit,
    log: () => undefined,
    now: Date.now,
    freeMemory: () => Infinity,
    triesBfloat16: false,
  }
  const context: Context = { ...base, probes: createEngineProbes(base) }
  const until = async (fits: () => boolean): Promise<void> => {
    while (!fits()) await new Promise<void>((wait) => (heard = wait))
  }
  const states = () => events.flatMap((e) => (e.topic === 'run' && e.kind === 'state' ? [e.run.state] : []))
  const start = () => startTraining(context, createRecorder(db, emit, Date.now), 'run_00000001', false)
  return { db, events, until, states, start }
}

/** Process ids of what this process has started and not yet buried. */
const children = (): string[] => readFileSync('/proc/thread-self/children', 'utf8').trim().split(' ')

it('a run whose end cannot be written is shown as failed, and written when it can be', async () => {
  const { db, events, until, states, start } = setUp()
  const training = start()
  await until(() => events.some((e) => e.topic === 'run' && e.kind === 'steps'))
  db.raw.pragma('query_only = ON')
  await until(() => states().includes('failed'))
  await training.ended
  expect(findRun(db, 'run_00000001')?.state).toBe('running')

  db.raw.pragma('query_only = OFF')
  const shown = states().length
  await until(() => states().length > shown)
  expect(findRun(db, 'run_00000001')).toMatchObject({ state: 'failed', error: { code: 'internal' } })
})

it.skipIf(process.platform !== 'linux')('a run whose job cannot be written down leaves no job behind', async () => {
  const { db, start } = setUp()
  const before = children()
  db.raw.exec(`CREATE TRIGGER full BEFORE UPDATE OF job_pid ON runs WHEN new.job_pid IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'full'); END`)
  await start().ended
  expect(findRun(db, 'run_00000001')?.state).toBe('failed')
  expect(children()).toEqual(before)
})
