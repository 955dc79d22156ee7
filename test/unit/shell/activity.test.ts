import { describe, expect, it } from 'vitest'
import type { AppEvent } from '../../../src-preload/contract/events'
import type { RunRecord, RunState, StepRow } from '../../../src-preload/contract/records'
import { followActivity } from '../../../src-main/shell/activity'

const state = (runId: string, value: RunState, step = 0): AppEvent => ({
  topic: 'run',
  kind: 'state',
  runId,
  seq: 0,
  run: { runId, state: value, step, maxSteps: 200 } as RunRecord,
})
const steps = (runId: string, step: number): AppEvent => ({
  topic: 'run',
  kind: 'steps',
  runId,
  seq: 0,
  rows: [{ step: step - 1 } as StepRow, { step } as StepRow],
})

describe('followActivity', () => {
  it('follows a training from its start to its end', () => {
    const see = followActivity()
    expect(see(state('a', 'queued'))).toBeNull()
    expect(see(state('a', 'running'))).toEqual({ isTraining: true, progress: 0 })
    expect(see(steps('a', 50))).toEqual({ isTraining: true, progress: 0.25 })
    // No whole percent further.
    expect(see(steps('a', 51))).toBeNull()
    expect(see(state('a', 'done', 200))).toEqual({ isTraining: false, progress: null })
  })

  it('stays awake until the last of several has ended', () => {
    const see = followActivity()
    see(state('a', 'running'))
    see(state('b', 'running', 100))
    expect(see(state('a', 'paused'))).toEqual({ isTraining: true, progress: 0.5 })
    expect(see(steps('a', 150))).toBeNull()
    expect(see(state('b', 'failed'))).toMatchObject({ isTraining: false })
  })

  it('forgets all when the backend is gone', () => {
    const see = followActivity()
    see(state('a', 'running'))
    expect(see({ topic: 'backend', state: 'down' })).toEqual({ isTraining: false, progress: null })
    expect(see({ topic: 'changed', what: 'runs' })).toBeNull()
  })
})
