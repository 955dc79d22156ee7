import { describe, expect, it } from 'vitest'
import type { RunRecord } from '../../../src-preload/contract/records/runs'
import { temporaryFolder } from '../temporary'
import { openBackend, type TestBackend } from './backend'

const choice = { model: 'gpt', size: 'tiny', length: 'quick' } as const

async function start(test: TestBackend, name: string, steps: number, how = ''): Promise<string> {
  const corpus = (await test.request('corpora.list', {}))[0] ?? (await test.importSample())
  const overrides = { maxSteps: steps, warmupSteps: 0, samplePrompt: how }
  const { config } = await test.request('runs.plan', { corpusId: corpus.corpusId, choice, overrides })
  const { runId } = await test.request('runs.start', { corpusId: corpus.corpusId, config, name })
  return runId
}
const waiting = async (test: TestBackend): Promise<string[]> =>
  (await test.request('queue.get', {})).entries.map(({ runId }) => runId)
const stateOf = async (test: TestBackend, runId: string): Promise<RunRecord['state']> =>
  (await test.request('runs.get', { runId })).run.state

/** One that trains until it is stopped, and three that wait. */
async function four(test: TestBackend) {
  const first = await start(test, 'first', 100_000, 'slowly')
  await test.runState(first, 'running')
  const [a, b, c] = [await start(test, 'a', 30), await start(test, 'b', 30), await start(test, 'c', 30)]
  return { first, a, b, c }
}

describe('the queue', () => {
  it('starts runs in the order that a person gives them', async () => {
    const test = openBackend()
    const { first, a, b, c } = await four(test)
    expect(await waiting(test)).toEqual([a, b, c])
    const moved = await test.request('queue.move', { runId: c, to: 0 })
    expect(moved.entries.map(({ runId }) => runId)).toEqual([c, a, b])
    await test.request('queue.move', { runId: a, to: 2 })
    expect(await waiting(test)).toEqual([c, b, a])
    expect(test.events).toContainEqual({ topic: 'changed', what: 'queue' })
    await test.request('runs.stop', { runId: first })
    await Promise.all([a, b, c].map((runId) => test.runState(runId, 'done')))
    const started = await Promise.all(
      [a, b, c].map(async (runId) => (await test.request('runs.get', { runId })).run.startedAt ?? 0),
    )
    const [ofA = 0, ofB = 0, ofC = 0] = started
    expect(ofC).toBeLessThan(ofB)
    expect(ofB).toBeLessThan(ofA)
  })

  it('refuses to move what does not wait, and moves behind the last at most', async () => {
    const test = openBackend()
    const { first, a, b, c } = await four(test)
    await expect(test.request('queue.move', { runId: first, to: 0 })).rejects.toMatchObject({ code: 'run.notActive' })
    await test.request('queue.move', { runId: a, to: 99 })
    expect(await waiting(test)).toEqual([b, c, a])
  })

  it('starts nothing while it is paused, and says so, until it is resumed', async () => {
    const test = openBackend()
    const { first, a, b, c } = await four(test)
    await test.request('settings.set', { queuePaused: true })
    await test.request('runs.stop', { runId: first })
    await test.runState(first, 'stopped')
    const { paused, entries } = await test.request('queue.get', {})
    expect(paused).toBe(true)
    expect(entries).toEqual([a, b, c].map((runId) => ({ runId, startsAt: null })))
    expect(await stateOf(test, a)).toBe('queued')
    // One that is started now waits too.
    const late = await start(test, 'late', 30)
    expect(await waiting(test)).toEqual([a, b, c, late])
    await test.request('settings.set', { queuePaused: false })
    await test.runState(late, 'done')
  })

  it('keeps the order over a restart, in whichever order the runs are resumed', async () => {
    const profileDir = temporaryFolder()
    const before = openBackend(profileDir)
    const { a, b, c } = await four(before)
    await before.request('queue.move', { runId: c, to: 0 })
    await before.request('settings.set', { queuePaused: true })
    await before.backend.close(500)

    const after = openBackend(profileDir)
    expect((await after.request('queue.get', {})).paused).toBe(true)
    for (const runId of [b, c, a]) await after.request('runs.resume', { runId })
    expect(await waiting(after)).toEqual([c, a, b])
  })

  it('forgets the place of a run that a person takes out', async () => {
    const test = openBackend()
    const { a, b, c } = await four(test)
    await test.request('runs.pause', { runId: a })
    await test.request('runs.resume', { runId: a })
    expect(await waiting(test)).toEqual([b, c, a])
  })

  it('tells when the next one starts from the speed of the one before, and nothing that it cannot know', async () => {
    const test = openBackend()
    const { first, a, b } = await four(test)
    for (;;) {
      const { steps } = await test.request('runs.curves', { runId: first, maxPoints: 4000 })
      if (steps.length > 5) break
      await new Promise((wait) => setTimeout(wait, 20))
    }
    const now = Date.now()
    const { entries } = await test.request('queue.get', {})
    const startsAt = entries.find(({ runId }) => runId === a)?.startsAt ?? 0
    // It claims a millisecond a step, and has nearly 100,000 to go.
    expect(startsAt - now).toBeGreaterThan(90_000)
    expect(startsAt - now).toBeLessThan(110_000)
    expect(entries.find(({ runId }) => runId === b)?.startsAt).toBeNull()
  })

  it('plans a run that is trained longer by the steps that were added', async () => {
    const test = openBackend()
    // Its speed is what is known of such runs.
    const longer = await start(test, 'longer', 60)
    await test.runState(longer, 'done')
    await test.request('system.info', {})
    await test.runState(await start(test, 'first', 100_000, 'slowly'), 'running')
    await test.request('runs.extend', { runId: longer, steps: 3000 })
    const last = await start(test, 'last', 30)
    const { entries } = await test.request('queue.get', {})
    expect(entries.map(({ runId }) => runId)).toEqual([longer, last])
    const [startsAt, endsAt] = entries.map((entry) => entry.startsAt ?? NaN)
    const { config } = await test.request('runs.get', { runId: longer })
    // It claims 100 tokens a second.
    const stepMs = 10 * config.batchSize * config.blockSize
    expect(((endsAt ?? NaN) - (startsAt ?? NaN)) / (3000 * stepMs)).toBeCloseTo(1, 1)
  })
})
