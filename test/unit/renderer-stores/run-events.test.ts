// @vitest-environment happy-dom
import fc from 'fast-check'
import { createPinia, setActivePinia } from 'pinia'
import { expect, test, vi } from 'vitest'
import type { RunEvent } from '../../../src-preload/contract/events'
import type { RunDetail, RunRecord } from '../../../src-preload/contract/records/runs'
import { afterEvent } from '../../../src-renderer/stores/runEvents'
import { later, settle, TestBridge } from './bridge'
import { curves, detail, evalRow, record, runId, stepRow, whole } from './records'

type Unnumbered = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'seq' | 'topic' | 'runId'> : never) : never

const loss = fc.double({ min: 0.1, max: 9, noNaN: true })
const at = fc.integer({ min: 1, max: 50 })
const event: fc.Arbitrary<Unnumbered> = fc.oneof(
  fc.record({ step: at, n: fc.integer({ min: 1, max: 3 }) }).map(({ step, n }) => ({
    kind: 'steps' as const,
    rows: Array.from({ length: n }, (_, i) => stepRow(0, step + i)),
  })),
  fc.tuple(at, loss).map(([step, nats]) => ({ kind: 'eval' as const, row: evalRow(0, step, nats) })),
  fc.constantFrom('best' as const, 'last' as const).map((kind) => ({
    kind: 'checkpoint' as const,
    checkpoint: { kind, step: 1, valLossNats: null, savedAt: 1, sizeBytes: 1 },
  })),
  at.map((step) => ({ kind: 'sample' as const, sample: { step, prompt: '', text: 'a', at: 1 } })),
  at.map((step) => ({
    kind: 'tier' as const,
    step,
    tier: 'graph' as const,
    precision: 'float32' as const,
    timings: [],
  })),
  fc.constant({ kind: 'stage' as const, stage: 'training' as const, progress: null }),
  at.map((toStep) => ({
    kind: 'rollback' as const,
    rollback: { step: toStep + 1, toStep, learningRateFactor: 0.5, accumulation: null },
  })),
  fc.constantFrom('paused' as const, 'running' as const, 'done' as const).map((state) => ({
    kind: 'state' as const,
    run: record({ state }),
  })),
)

/** As the backend numbers them; a state tells the record that its events before have made. */
function numbered(events: readonly Unnumbered[]): { events: RunEvent[]; records: RunRecord[] } {
  const records = [record({ seq: 0 })]
  const told: RunEvent[] = []
  let seq = 0
  for (const one of events) {
    const base = { topic: 'run', runId, seq: ++seq } as const
    const before = records.at(-1) ?? record()
    const full = (
      one.kind === 'state'
        ? { ...base, ...one, run: { ...before, state: one.run.state, seq } }
        : one.kind === 'steps'
          ? { ...base, ...one, rows: one.rows.map((row) => ({ ...row, seq })) }
          : one.kind === 'eval'
            ? { ...base, ...one, row: { ...one.row, seq } }
            : { ...base, ...one }
    ) as RunEvent
    told.push(full)
    records.push(afterEvent(before, full))
  }
  return { events: told, records }
}

test('list and page say the same, whatever comes, whenever they were fetched, and however late the answer', async () => {
  vi.resetModules()
  const bridge = new TestBridge()
  Object.assign(window, { homegrown: bridge })
  const [{ useRunStore }, { useRunsStore }] = await Promise.all([
    import('../../../src-renderer/stores/run'),
    import('../../../src-renderer/stores/runs'),
  ])
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 25 }),
      fc.nat(25),
      fc.nat(25),
      fc.nat(5),
      async (unnumbered, listAt, pageAt, late) => {
        const pinia = createPinia()
        setActivePinia(pinia)
        const [page, list] = [useRunStore(pinia), useRunsStore(pinia)]
        const { events, records } = numbered(unnumbered)
        let now = 0
        const current = (): RunRecord => records[now] ?? record()
        const answers: (() => void)[] = []
        bridge.answers = {
          'runs.list': () => whole(current()),
          'runs.get': (): RunDetail | Promise<RunDetail> => {
            const found = { ...detail(), run: current() }
            // Rolled back, it asks again, and then nothing is to hold it up.
            if (answers.length > 0) return found
            const { promise, resolve } = later<RunDetail>()
            answers.push(() => {
              resolve(found)
            })
            return promise
          },
          'runs.curves': () => curves(current().seq, []),
        }
        let opening: Promise<void> | null = null
        for (let i = 0; i <= events.length; i++) {
          if (i === Math.min(listAt, events.length)) await list.open()
          if (i === Math.min(pageAt, events.length)) opening = page.open(runId)
          if (opening !== null && i >= pageAt + late) answers[0]?.()
          now = i + 1
          const next = events[i]
          if (next !== undefined) bridge.emit(next)
          // One that comes twice changes nothing.
          if (next !== undefined && i % 3 === 0) bridge.emit(next)
        }
        now = events.length
        answers[0]?.()
        await opening
        await settle()
        expect(page.run).toEqual(list.byId(runId))
        expect({ ...page.run, seq: 0 }).toEqual({ ...current(), seq: 0 })
        page.close()
      },
    ),
    { numRuns: 60 },
  )
})

test('the lowest validation loss of a list follows its evaluations', () => {
  const evaluated = (seq: number, nats: number): RunEvent => ({
    ...{ topic: 'run', runId, seq, kind: 'eval', row: evalRow(seq, seq, nats) },
  })
  const losses = [3, 2, 4].reduce((run, nats, i) => afterEvent(run, evaluated(i + 1, nats)), record())
  expect(losses.bestValLossNats).toBe(2)
})
