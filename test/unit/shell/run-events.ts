import type { RunEvent } from '../../../src-preload/contract/events'
import type { Rollback } from '../../../src-preload/contract/records/checkpoints'
import type { StepRow } from '../../../src-preload/contract/records/curves'
import type { RunRecord, RunState } from '../../../src-preload/contract/records/runs'

/** Events of runs of 200 steps, as the backend sends them. */
export const state = (runId: string, value: RunState, more: Partial<RunRecord> = {}): RunEvent => ({
  topic: 'run',
  kind: 'state',
  runId,
  seq: 0,
  run: {
    runId,
    name: `Run ${runId}`,
    state: value,
    step: 0,
    maxSteps: 200,
    wish: null,
    error: null,
    ...more,
  } as RunRecord,
})

/** A logged step; a step takes `stepMs`. */
export const steps = (runId: string, step: number, stepMs = 1000): RunEvent => ({
  topic: 'run',
  kind: 'steps',
  runId,
  seq: 0,
  rows: [{ step, elapsedMs: step * stepMs } as StepRow],
})

export const rollback = (runId: string, toStep: number): RunEvent => ({
  topic: 'run',
  kind: 'rollback',
  runId,
  seq: 0,
  rollback: { toStep } as Rollback,
})
