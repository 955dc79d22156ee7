import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { closeDatabase, openDatabase, type Db } from '../../../src-main/backend/db/connection'
import { evalCurve, stepCurve } from '../../../src-main/backend/db/metrics'
import { findRun, runFacts } from '../../../src-main/backend/db/runs'
import { samplesOf, tiersOf } from '../../../src-main/backend/db/samples'
import type { StepEvent, TrainEvent } from '../../../src-main/backend/jobs/protocol'
import { beatMs, createRecorder, type RunRecording } from '../../../src-main/backend/services/run-recorder'
import { runEvent, type RunEvent } from '../../../src-preload/contract/events'
import { temporaryFolder } from '../temporary'
import { addRun } from '../db/rows'

const untried = { precision: 'float32' as const, timings: [] }
const runId = 'run_00000001'
let db: Db
let events: RunEvent[]
let recording: RunRecording
let errors: string[]

const step = (n: number, lossNats = 5 / n): StepEvent => ({
  kind: 'step',
  step: n,
  tokens: n,
  elapsedMs: n * 10,
  lossNats,
  gradNorm: 1,
  learningRate: 1e-3,
  tokensPerSecond: 1,
  memoryBytes: 1,
})
const evaluation = (n: number, valLossNats: number): TrainEvent => ({
  kind: 'eval',
  step: n,
  tokens: n,
  elapsedMs: n * 10,
  valLossNats,
  perplexity: 1,
  bitsPerByte: 1,
  accuracy: 0.5,
})
const begin = (n: number): TrainEvent => ({
  kind: 'begin',
  engine: 'wasm',
  version: '1',
  step: n,
  elapsedMs: n * 10,
  resumedFrom: null,
})
const stored = (): number[] => stepCurve(db, runId, 1000).map((row) => row.step)

beforeEach(() => {
  // Only the clock of the beats is ours: what is written goes to a real database.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  db = openDatabase(join(temporaryFolder(), 'a.db'))
  addRun(db, runId)
  events = []
  errors = []
  const emit = (event: RunEvent) => events.push(runEvent.parse(event))
  recording = createRecorder(db, emit, () => 1000).open(runId, (error) => errors.push(error.code))
  vi.advanceTimersByTime(beatMs)
})
afterEach(() => {
  vi.useRealTimers()
  closeDatabase(db)
})

describe('the recorder', () => {
  it('shows nothing that is not stored', () => {
    for (let n = 1; n <= 500; n++) {
      recording.record(step(n))
      vi.advanceTimersByTime(7)
      const shown = events.flatMap((event) => (event.kind === 'steps' ? event.rows : []))
      expect(stored()).toEqual(shown.map((row) => row.step))
    }
  })

  it('speaks at most ten times a second, and drops no step', () => {
    const seconds = 10
    for (let n = 1; n <= seconds * 200; n++) {
      recording.record(step(n))
      vi.advanceTimersByTime(5)
    }
    recording.close()
    expect(events.length).toBeLessThanOrEqual(seconds * 10)
    const steps = events.flatMap((event) => (event.kind === 'steps' ? event.rows.map((row) => row.step) : []))
    expect(steps).toEqual(Array.from({ length: seconds * 200 }, (_, i) => i + 1))
  })

  it('writes a burst in transactions of about a hundred rows', () => {
    let commits = 0
    let inTransaction = false
    const watch = db.raw.transaction.bind(db.raw)
    vi.spyOn(db.raw, 'transaction').mockImplementation((work) => {
      commits++
      inTransaction = true
      return watch(work)
    })
    for (let n = 1; n <= 1000; n++) recording.record(step(n))
    recording.close()
    expect(inTransaction).toBe(true)
    expect(commits).toBeGreaterThanOrEqual(5)
    expect(commits).toBeLessThanOrEqual(12)
    expect(stored()).toHaveLength(1000)
  })

  it('numbers everything in one rising order', () => {
    recording.record({ kind: 'stage', stage: 'training', progress: null })
    recording.record(step(1))
    recording.record(evaluation(1, 3))
    const timings = [{ tier: 'xla' as const, precision: 'bfloat16' as const, stepMs: 27.5 }]
    recording.record({ kind: 'tier', step: 2, tier: 'xla', precision: 'bfloat16', timings })
    recording.record({ kind: 'sample', step: 2, prompt: 'a', text: 'b' })
    recording.record({ kind: 'checkpoint', checkpoint: 'best', step: 2, elapsedMs: 1, valLossNats: 3, sizeBytes: 9 })
    recording.record(step(2))
    recording.change({ state: 'paused' })
    const numbers = events.map(({ seq }) => seq)
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(runFacts(db, runId)?.seq).toBe(numbers.at(-1))
    expect(samplesOf(db, runId)).toHaveLength(1)
    expect(tiersOf(db, runId)).toEqual([{ step: 2, tier: 'xla', precision: 'bfloat16', timings }])
    expect(findRun(db, runId)?.checkpoints).toEqual([
      { kind: 'best', step: 2, valLossNats: 3, savedAt: 1000, sizeBytes: 9 },
    ])
  })

  it('stores a checkpoint at once', () => {
    recording.record(step(1))
    recording.record(step(2))
    recording.record({ kind: 'checkpoint', checkpoint: 'last', step: 2, elapsedMs: 1, valLossNats: null, sizeBytes: 9 })
    expect(stored()).toEqual([1, 2])
    expect(findRun(db, runId)?.checkpoints).toHaveLength(1)
  })

  it('forgets what lies beyond the checkpoint that a run is resumed from, and goes on numbering', () => {
    recording.record(begin(0))
    for (let n = 1; n <= 10; n++) recording.record(step(n))
    recording.record(evaluation(5, 2))
    recording.record(evaluation(10, 1))
    recording.record({ kind: 'sample', step: 10, prompt: '', text: '' })
    recording.record({ kind: 'tier', step: 1, tier: 'graph', ...untried })
    recording.record({ kind: 'tier', step: 8, tier: 'xla', ...untried })
    recording.close()
    expect(findRun(db, runId)?.bestValLossNats).toBe(1)
    const last = runFacts(db, runId)?.seq ?? 0

    const again = createRecorder(
      db,
      (event) => events.push(event),
      () => 1000,
    ).open(runId, () => undefined)
    again.record(begin(6))
    expect(stored()).toEqual([1, 2, 3, 4, 5, 6])
    expect(evalCurve(db, runId, 100).map((row) => row.step)).toEqual([5])
    expect(samplesOf(db, runId)).toEqual([])
    expect(tiersOf(db, runId)).toEqual([{ step: 1, tier: 'graph', ...untried }])
    expect(findRun(db, runId)).toMatchObject({ step: 6, bestValLossNats: 2 })
    again.record(step(7))
    again.close()
    expect(stepCurve(db, runId, 100).at(-1)?.seq).toBeGreaterThan(last)
  })

  it('keeps a row whose gradient is not finite', () => {
    recording.record({ ...step(1), gradNorm: Infinity, tokensPerSecond: NaN })
    recording.close()
    expect(stored()).toEqual([1])
    expect(errors).toEqual([])
  })

  it('says once that it cannot write, and writes what is pending when it can again', () => {
    db.raw.pragma('query_only = ON')
    for (let n = 1; n <= 300; n++) recording.record(step(n))
    expect(errors).toHaveLength(1)
    expect(events).toEqual([])
    db.raw.pragma('query_only = OFF')
    recording.change({ state: 'failed' })
    expect(stored().length).toBeGreaterThan(0)
    expect(findRun(db, runId)?.state).toBe('failed')
  })
})
