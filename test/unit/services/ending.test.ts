import { describe, expect, it, vi } from 'vitest'
import type { AppEvent, GenerationEvent } from '../../../src-preload/contract/events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { resumePoint } from '../../../src-preload/contract/resume'
import { openBackend, type TestBackend } from './backend'

const impatient = { patience: { stepMs: 400, savingMs: 10_000 } }

async function startRun(test: TestBackend, samplePrompt: string): Promise<string> {
  const { corpusId } = await test.importSample()
  const choice = { model: 'gpt', size: 'tiny', length: 'quick' } as const
  const overrides = { maxSteps: 1000, warmupSteps: 0, samplePrompt }
  const { config } = await test.request('runs.plan', { corpusId, choice, overrides })
  return (await test.request('runs.start', { corpusId, config })).runId
}

const hasStep =
  (runId: string, step: number) =>
  (e: AppEvent): e is never =>
    e.topic === 'run' && e.runId === runId && e.kind === 'steps' && e.rows.some((row) => row.step === step)

describe('the wish to end a run', () => {
  it('is answered at once and stored: every window sees it, also one that opens later', async () => {
    const test = openBackend(undefined, impatient)
    const runId = await startRun(test, 'never ends step 41')
    await test.seen(hasStep(runId, 40))
    const before = Date.now()
    const answer = await test.request('runs.stop', { runId })
    expect(answer).toMatchObject({ state: 'running', wish: { ending: 'stopped' } })
    expect(answer.wish?.at).toBeGreaterThanOrEqual(before)
    const other = openBackend(test.profileDir)
    expect((await other.request('runs.list', { since: 0 })).runs).toMatchObject([{ wish: { ending: 'stopped' } }])
    const shown = test.events.flatMap((e) => (e.topic === 'run' && e.kind === 'state' ? [e.run.wish?.ending] : []))
    expect(shown.at(-1)).toBe('stopped')
  })

  it.each(['paused', 'stopped'] as const)(
    'to be %s comes true at the last save where its step does not end',
    async (ending) => {
      const test = openBackend(undefined, impatient)
      const runId = await startRun(test, 'never ends step 41')
      await test.seen(hasStep(runId, 40))
      await test.request(ending === 'paused' ? 'runs.pause' : 'runs.stop', { runId })
      const run = await test.runState(runId, 'paused', 'stopped', 'failed', 'interrupted')
      expect(run).toMatchObject({ state: ending, wish: null, error: null, trainedAt: null })
      expect(resumePoint(run)).toEqual({ step: 25, repeats: 15, repeatsMs: 15 })
      await test.request('runs.resume', { runId })
      await test.runState(runId, 'running')
    },
  )

  it('of a run that has nothing saved comes true all the same', async () => {
    const test = openBackend(undefined, impatient)
    const runId = await startRun(test, 'never ends step 3')
    await test.seen(hasStep(runId, 2))
    await test.request('runs.stop', { runId })
    const run = await test.runState(runId, 'stopped')
    expect(run.checkpoints).toEqual([])
    expect(resumePoint(run)).toMatchObject({ step: 0, repeats: 2 })
  })

  it('leaves saving its own, longer time', async () => {
    const test = openBackend(undefined, impatient)
    const runId = await startRun(test, 'saves slowly')
    await test.seen(hasStep(runId, 3))
    await test.request('runs.pause', { runId })
    const run = await test.runState(runId, 'paused', 'interrupted', 'failed')
    expect(run.state).toBe('paused')
    expect(resumePoint(run).repeats).toBe(0)
  })

  it('waits for saving as long as that gets on', async () => {
    const test = openBackend(undefined, { patience: { stepMs: 400, savingMs: 1000 } })
    const runId = await startRun(test, 'slowly, saves bit by bit')
    await test.seen(hasStep(runId, 3))
    await test.request('runs.pause', { runId })
    expect(resumePoint(await test.runState(runId, 'paused', 'interrupted', 'failed')).repeats).toBe(0)
  })

  it('comes true at the last save where saving gets no further', async () => {
    const test = openBackend(undefined, { patience: { stepMs: 10_000, savingMs: 400 } })
    const runId = await startRun(test, 'slowly, saves half')
    await test.seen(hasStep(runId, 30))
    await test.request('runs.pause', { runId })
    const run = await test.runState(runId, 'paused', 'interrupted', 'failed')
    expect(run.state).toBe('paused')
    expect(resumePoint(run).step % 25).toBe(0)
  })

  it('may change: the last one counts', async () => {
    const test = openBackend(undefined, impatient)
    const runId = await startRun(test, 'never ends step 41')
    await test.seen(hasStep(runId, 40))
    await test.request('runs.pause', { runId })
    expect(await test.request('runs.stop', { runId })).toMatchObject({ wish: { ending: 'stopped' } })
    expect((await test.runState(runId, 'paused', 'stopped')).state).toBe('stopped')
  })

  it('reaches the process that trains it, and is seen there', async () => {
    const test = openBackend(undefined, impatient)
    const runId = await startRun(test, 'slowly')
    await test.runState(runId, 'running')
    const other = openBackend(test.profileDir)
    expect(await other.request('runs.stop', { runId })).toMatchObject({ wish: { ending: 'stopped' } })
    await test.seen((e): e is never => e.topic === 'run' && e.kind === 'state' && e.run.wish?.ending === 'stopped')
    await test.runState(runId, 'stopped')
  })
})

describe('closing the backend', () => {
  const closed = async (test: TestBackend) =>
    (await openBackend(test.profileDir).request('runs.list', { since: 0 })).runs[0]

  it('saves what trains for as long as that gets on, and says how far it is', async () => {
    const test = openBackend(undefined, { patience: { stepMs: 400, savingMs: 1000 } })
    const runId = await startRun(test, 'slowly, saves bit by bit')
    await test.seen(hasStep(runId, 30))
    const { name } = (await test.request('runs.get', { runId })).run
    const closing = test.backend.close()
    await vi.waitFor(() => {
      const { run } = test.backend.closing()
      expect(run?.saved?.doneBytes).toBeGreaterThan(0)
    })
    expect(test.backend.closing().run).toMatchObject({ name, saved: { totalBytes: 1e9 } })
    expect(test.backend.closing().run?.savedStep).toBeGreaterThanOrEqual(25)
    await closing
    expect(test.backend.closing()).toEqual({ run: null })
    const run = await closed(test)
    expect(run).toMatchObject({ state: 'paused', error: null })
    expect(run && resumePoint(run).repeats).toBe(0)
  })

  it('ends at the last save when nobody waits any longer', async () => {
    const test = openBackend()
    const runId = await startRun(test, 'slowly, saves half')
    await test.seen(hasStep(runId, 30))
    const closing = test.backend.close()
    await vi.waitFor(() => {
      expect(test.backend.closing().run?.saved?.doneBytes).toBe(5e8)
    })
    const kept = test.backend.closing().run?.savedStep
    test.backend.giveUp()
    await closing
    const run = await closed(test)
    expect(run?.state).toBe('paused')
    expect(run && resumePoint(run).step).toBe(kept)
  })

  it('keeps that somebody has stopped the run', async () => {
    const test = openBackend(undefined, { patience: { stepMs: 400, savingMs: 1000 } })
    const runId = await startRun(test, 'slowly, saves bit by bit')
    await test.seen(hasStep(runId, 3))
    await test.request('runs.stop', { runId })
    await test.backend.close()
    expect((await closed(test))?.state).toBe('stopped')
  })
})

it.skipIf(process.platform === 'win32')('a run whose job is halted is ended, told, and can be resumed', async () => {
  const test = openBackend(undefined, { silenceMs: 1500 })
  const runId = await startRun(test, 'is halted at 30')
  const run = await test.runState(runId, 'failed', 'done')
  expect(run).toMatchObject({ state: 'failed', error: { code: 'job.silent', params: { seconds: 2 } } })
  expect(resumePoint(run)).toMatchObject({ step: 25 })
  expect(await test.request('runs.resume', { runId })).toMatchObject({ state: 'queued', error: null })
})

it('the clock of a run is in its record, and stands still when the run does', async () => {
  const test = openBackend(undefined, impatient)
  const runId = await startRun(test, 'never ends step 41')
  await test.seen(hasStep(runId, 40))
  const { run } = await test.request('runs.get', { runId })
  expect(run.trainedMs).toBe(40)
  expect(Date.now() - (run.trainedAt ?? 0)).toBeLessThan(60_000)
  await test.request('runs.stop', { runId })
  expect(await test.runState(runId, 'stopped')).toMatchObject({ trainedMs: 40, trainedAt: null })
})

it('an answer whose token does not end is cancelled with the text so far', async () => {
  const test = openBackend(undefined, impatient)
  const runId = await startRun(test, 'The ')
  await test.runState(runId, 'done')
  const { conversationId } = await test.request('talk.create', { runId })
  const sampling = { temperature: 1, topK: 0, topP: 1, maxTokens: 100, seed: 7, stop: [] }
  const prompt = 'never ends token 6'
  const ask = { conversationId, runId, checkpoint: 'last', sampling } as const
  const { generationId } = await test.request('talk.generate', { ...ask, prompt })
  await test.seen((e): e is never => e.topic === 'generation' && e.kind === 'text' && e.tokens === 5)
  await test.request('talk.stop', { generationId })
  const isEnd = (e: AppEvent): e is Extract<GenerationEvent, { kind: 'end' }> =>
    e.topic === 'generation' && e.kind === 'end'
  const end = await test.seen(isEnd)
  expect(end).toMatchObject({ error: null, message: { text: 'nnnnn', tokens: 5, endReason: 'cancelled' } })
  // The next one is written by a process of its own.
  await test.request('talk.generate', { ...ask, prompt: 'x' })
})

it.skipIf(process.platform === 'win32')('an import that does not react is cancelled', async () => {
  const test = openBackend()
  const path = join(test.profileDir, 'halted.txt')
  writeFileSync(path, 'text')
  const { corpusId } = await test.request('corpora.import', { sources: [{ kind: 'path', path }] })
  await test.seen((e): e is never => e.topic === 'corpus' && e.kind === 'progress')
  await test.request('corpora.cancel', { corpusId })
  expect(await test.request('corpora.list', {})).toMatchObject([{ state: 'cancelled', error: null }])
})
