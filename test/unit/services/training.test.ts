import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { findRun } from '../../../src-main/backend/db/runs'
import { profilePaths } from '../../../src-main/backend/services/context'
import type { AppEvent } from '../../../src-preload/contract/events'
import { temporaryFolder } from '../temporary'
import { oneRun, onlyCorpus } from './one-run'

function setUp() {
  const root = temporaryFolder()
  const corpusDir = profilePaths(root).corpus(onlyCorpus)
  mkdirSync(corpusDir, { recursive: true })
  writeFileSync(join(corpusDir, 'text.txt'), 'text')
  const events: AppEvent[] = []
  let heard: () => void = () => undefined
  const emit = (event: AppEvent): void => {
    events.push(event)
    heard()
  }
  const { db, train, close } = oneRun(root, {
    jobEntry: resolve('test/fixtures/jobs/job.mjs'),
    engineOptions: { engine: 'wasm', tensorflowDirs: [] },
    config: { samplePrompt: 'slowly', maxSteps: 10_000 },
    emit,
  })
  onTestFinished(close)
  const until = async (fits: () => boolean): Promise<void> => {
    while (!fits()) await new Promise<void>((wait) => (heard = wait))
  }
  const states = () => events.flatMap((e) => (e.topic === 'run' && e.kind === 'state' ? [e.run.state] : []))
  return { db, events, until, states, start: () => train() }
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
  expect(findRun(db, 'run_00000001')).toMatchObject({ state: 'failed', error: { code: 'profile.readOnly' } })
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
