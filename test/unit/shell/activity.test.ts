import { describe, expect, it } from 'vitest'
import { followActivity, isTraining, noActivity, progressOf } from '../../../src-main/shell/activity'
import { rollback, state, steps } from './run-events'

describe('followActivity', () => {
  it('follows a training from its place in the queue to its end', () => {
    const see = followActivity()
    expect(see(state('a', 'queued'))?.runs).toMatchObject([{ runId: 'a', name: 'Run a', isRunning: false }])
    const started = see(state('a', 'running')) ?? noActivity
    expect([isTraining(started), progressOf(started)]).toEqual([true, 0])
    expect(see(steps('a', 50))).toMatchObject({ runs: [{ progress: 0.25, leftMs: null }] })
    // No whole percent further.
    expect(see(steps('a', 51))).toBeNull()
    const ended = see(state('a', 'done', { step: 200 })) ?? noActivity
    expect([isTraining(ended), progressOf(ended), ended.runs]).toEqual([false, null, []])
  })

  it('knows the time left from the last logged steps, and forgets them where a run goes back', () => {
    const see = followActivity()
    see(state('a', 'running', { maxSteps: 1000 }))
    see(steps('a', 10, 1000))
    see(steps('a', 20, 1000))
    // Ten steps take ten seconds: 970 are left.
    expect(see(steps('a', 30, 1000))).toMatchObject({ runs: [{ leftMs: 16 * 60_000 }] })
    expect(see(rollback('a', 10))).toMatchObject({ runs: [{ progress: 0.01, leftMs: null }] })
  })

  it('puts what trains before what waits, whichever came first', () => {
    const see = followActivity()
    see(state('a', 'queued'))
    expect(see(state('b', 'running'))?.runs.map(({ runId }) => runId)).toEqual(['b', 'a'])
    // Another process trains it.
    expect(see(state('b', 'paused'))?.runs.map(({ runId }) => runId)).toEqual(['a'])
  })

  it('remembers what was paused until something begins', () => {
    const see = followActivity()
    expect(see(state('old', 'paused'))).toBeNull()
    see(state('a', 'running'))
    expect(see(state('a', 'running', { wish: { ending: 'paused', at: 1 } }))).toMatchObject({
      runs: [{ isEnding: true }],
    })
    expect(see(state('a', 'paused'))).toMatchObject({ runs: [], paused: { runId: 'a', name: 'Run a' } })
    expect(see(state('b', 'queued'))).toMatchObject({ paused: null })
  })

  it('forgets all when the backend is gone', () => {
    const see = followActivity()
    see(state('a', 'running'))
    expect(see({ topic: 'backend', state: 'down' })).toEqual(noActivity)
    expect(see({ topic: 'changed', what: 'runs' })).toBeNull()
  })
})
