import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { closeDatabase, openDatabase } from '../../../src-main/backend/db/connection'
import { findRun, updateRun } from '../../../src-main/backend/db/runs'
import type { TrainEvent } from '../../../src-main/backend/jobs/protocol'
import { createOtherRuns } from '../../../src-main/backend/services/other-runs'
import { createRecorder } from '../../../src-main/backend/services/run-recorder'
import { runEvent, type RunEvent } from '../../../src-preload/contract/events'
import type { RunDetail } from '../../../src-preload/contract/records/runs'
import { afterEvent, detailAfterEvent } from '../../../src-renderer/stores/runEvents'
import { addRun } from '../db/rows'
import { detail } from '../renderer-stores/records'
import { temporaryFolder } from '../temporary'

const runId = 'run_00000001'
const trainer = { owner_pid: 7, owner_token: 'command line' }
const numbers = { tokens: 1, elapsedMs: 10 }
const step = (n: number): TrainEvent => ({
  ...{ kind: 'step', step: n, ...numbers, lossNats: 5 / n, gradNorm: 1, learningRate: 1e-3 },
  ...{ tokensPerSecond: 9, memoryBytes: 1 },
})
const evaluation = (n: number, valLossNats: number): TrainEvent => ({
  ...{ kind: 'eval', step: n, ...numbers, valLossNats, perplexity: 1, bitsPerByte: 1, accuracy: 0.5 },
})

/** Two processes on one profile: the first has a window, the second trains. */
function twoProcesses() {
  const file = join(temporaryFolder(), 'a.db')
  const [here, there] = [openDatabase(file), openDatabase(file)]
  onTestFinished(() => {
    closeDatabase(there)
    closeDatabase(here)
  })
  addRun(there, runId)
  updateRun(there, runId, { state: 'running', ...trainer })
  const events: RunEvent[] = []
  const others = createOtherRuns({
    db: here,
    self: { pid: 1, token: 'window' },
    emit: (event) => {
      const told = runEvent.parse(event)
      events.push(told)
      others.note(told)
    },
  })
  const recorder = createRecorder(
    there,
    () => undefined,
    () => 1000,
  )
  const recording = recorder.open(runId, () => undefined)
  return { here, there, events, others, recorder, recording }
}

it('tells what another process trains by the same events, each row once, to its end', () => {
  const { here, events, others, recording } = twoProcesses()
  let shown: RunDetail = { ...detail(), run: findRun(here, runId) ?? detail().run }
  const show = (): void => {
    others.tell()
    shown = events.splice(0).reduce(detailAfterEvent, shown)
    expect(shown.run).toEqual(findRun(here, runId))
  }
  recording.record({ kind: 'begin', engine: 'tensorflow', version: '1', step: 0, elapsedMs: 0, resumedFrom: null })
  recording.record({ kind: 'tier', step: 0, tier: 'graph', precision: 'float32', timings: [] })
  for (let n = 1; n <= 20; n++) recording.record(step(n))
  recording.record(evaluation(20, 2))
  recording.record({ kind: 'sample', step: 20, prompt: 'Once', text: ' upon' })
  recording.change({})
  others.tell()
  const steps = events.flatMap((event) => (event.kind === 'steps' ? event.rows.map((row) => row.step) : []))
  expect(steps).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  show()
  expect(shown).toMatchObject({
    run: { step: 20, bestValLossNats: 2, state: 'running', engine: 'tensorflow' },
    samples: [{ step: 20 }],
    tiers: [{ tier: 'graph' }],
  })

  recording.record({ kind: 'checkpoint', checkpoint: 'last', step: 20, elapsedMs: 10, valLossNats: 2, sizeBytes: 9 })
  show()
  expect(shown.run.checkpoints).toHaveLength(1)
  recording.record({ kind: 'rollback', step: 20, toStep: 10, learningRateFactor: 0.5, accumulation: null })
  others.tell()
  expect(events.map(({ kind }) => kind)).toContain('rollback')
  show()
  recording.record(step(11))
  recording.change({ state: 'done', owner_pid: null, owner_token: null, ended_at: 5 })
  show()
  expect(shown.run).toMatchObject({ step: 11, state: 'done', endedAt: 5 })

  others.tell()
  expect(events).toEqual([])
})

it('tells nothing of runs that this process trains itself, and does not read their rows again at their end', () => {
  const { here, there, events, others } = twoProcesses()
  updateRun(here, runId, { owner_pid: 1, owner_token: 'window' })
  const recording = createRecorder(
    here,
    (event) => {
      others.note(event)
    },
    () => 1000,
  ).open(runId, () => undefined)
  for (let n = 1; n <= 50; n++) recording.record(step(n))
  recording.change({})
  others.tell()
  expect(events).toEqual([])
  recording.change({ state: 'done', owner_pid: null, owner_token: null })
  // Another process commits something else.
  addRun(there, 'run_00000002')
  updateRun(there, 'run_00000002', { state: 'running', seq: 1, ...trainer })
  others.tell()
  expect(events.map((event) => [event.runId, event.kind])).toEqual([['run_00000002', 'state']])
})

it('the events of a recorder make the record that it stores', () => {
  const { there, recording: unused } = twoProcesses()
  unused.close()
  const events: RunEvent[] = []
  const recording = createRecorder(
    there,
    (event) => events.push(event),
    () => 1000,
  ).open(runId, () => undefined)
  const before = findRun(there, runId) ?? detail().run
  recording.record({ kind: 'begin', engine: 'wasm', version: '1', step: 0, elapsedMs: 0, resumedFrom: null })
  for (const event of [step(1), evaluation(1, 3), step(2), evaluation(2, 1), step(3)]) recording.record(event)
  recording.record({ kind: 'checkpoint', checkpoint: 'best', step: 3, elapsedMs: 10, valLossNats: 1, sizeBytes: 9 })
  const run = events.reduce(afterEvent, before)
  // By the clock of whoever shows it.
  expect(run).toEqual({ ...findRun(there, runId), trainedAt: expect.any(Number) as number })
  // What is taken back takes its best loss along.
  recording.record({ kind: 'rollback', step: 3, toStep: 1, learningRateFactor: 0.5, accumulation: null })
  expect(events.reduce(afterEvent, before)).toMatchObject({ step: 1, bestValLossNats: 3 })
  recording.close()
})
