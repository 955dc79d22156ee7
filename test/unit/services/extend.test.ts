import { describe, expect, it } from 'vitest'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { RunRecord } from '../../../src-preload/contract/records/runs'
import { openBackend, type TestBackend } from './backend'

async function startRun(test: TestBackend, change: Partial<RunConfig>): Promise<string> {
  const corpus = (await test.request('corpora.list', {}))[0] ?? (await test.importSample())
  const choice = { model: 'gpt', size: 'tiny', length: 'quick' } as const
  const { config } = await test.request('runs.plan', { corpusId: corpus.corpusId, choice, overrides: change })
  return (await test.request('runs.start', { corpusId: corpus.corpusId, config })).runId
}
async function stopped(test: TestBackend, as: 'pause' | 'stop'): Promise<RunRecord> {
  const runId = await startRun(test, { maxSteps: 1000, warmupSteps: 0, samplePrompt: 'slowly' })
  await test.seen((e): e is never => e.topic === 'run' && e.runId === runId && e.kind === 'steps')
  await test.request(`runs.${as}`, { runId })
  return test.runState(runId, 'paused', 'stopped')
}
async function stepsOf(test: TestBackend, runId: string): Promise<number[]> {
  const { steps } = await test.request('runs.curves', { runId, maxPoints: 4000 })
  return steps.map(({ step }) => step)
}
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1)

describe('training a run longer', () => {
  it('that is done: the same run, the same curve, as many steps more; every window hears of it before the first', async () => {
    const test = openBackend()
    const runId = await startRun(test, { maxSteps: 60, warmupSteps: 0 })
    const before = await test.runState(runId, 'done')
    const { summary } = await test.request('runs.get', { runId })
    const heard = test.events.length
    const extensions = [{ fromStep: 60, toStep: 90 }]
    const queued = await test.request('runs.extend', { runId, steps: 30 })
    expect(queued).toMatchObject({ runId, state: 'queued', step: 60, maxSteps: 90, extensions })
    const done = await test.runState(runId, 'done')
    expect(done).toMatchObject({ step: 90, maxSteps: 90, extensions, createdAt: before.createdAt, name: before.name })
    expect(await stepsOf(test, runId)).toEqual(upTo(90))

    const told = test.events.slice(heard).filter((event) => event.topic === 'run')
    const [first] = told
    expect(first?.kind === 'state' && first.run).toMatchObject({ state: 'queued', maxSteps: 90, extensions })
    expect(told.findIndex(({ kind }) => kind === 'steps')).toBeGreaterThan(0)
    const { runs } = await test.request('runs.list', { since: 0 })
    expect(runs).toMatchObject([{ runId, maxSteps: 90, extensions }])
    const after = await test.request('runs.get', { runId })
    // The settings stay as they began.
    expect(after.config.maxSteps).toBe(60)
    expect(after.summary.epochs).toBeCloseTo(summary.epochs * 1.5, 9)
  })

  it.each(['pause', 'stop'] as const)(
    'after %s: from where it stands, in place of the steps that were left',
    async (as) => {
      const test = openBackend()
      const { runId, step } = await stopped(test, as)
      await test.request('runs.extend', { runId, steps: 20 })
      const done = await test.runState(runId, 'done')
      expect(done).toMatchObject({ step: step + 20, maxSteps: step + 20 })
      expect(await stepsOf(test, runId)).toEqual(upTo(step + 20))
    },
  )

  it('again and again; one that took no step is replaced', async () => {
    const test = openBackend()
    const { runId, step } = await stopped(test, 'pause')
    const other = await startRun(test, { maxSteps: 1000, samplePrompt: 'slowly', warmupSteps: 0 })
    await test.request('runs.extend', { runId, steps: 500 })
    // It waits behind the other one.
    await test.request('runs.pause', { runId })
    await test.runState(runId, 'paused')
    await test.request('runs.stop', { runId: other })
    await test.request('runs.extend', { runId, steps: 10 })
    await test.runState(runId, 'done')
    const { extensions } = await test.request('runs.extend', { runId, steps: 5 })
    expect(extensions).toEqual([
      { fromStep: step, toStep: step + 10 },
      { fromStep: step + 10, toStep: step + 15 },
    ])
    expect(await test.runState(runId, 'done')).toMatchObject({ step: step + 15 })
  })

  it('is interrupted and resumed: it still ends where the extension ends', async () => {
    const test = openBackend()
    const runId = await startRun(test, { maxSteps: 30, samplePrompt: 'slowly', warmupSteps: 0 })
    await test.runState(runId, 'done')
    await test.request('runs.extend', { runId, steps: 30 })
    await test.seen((e): e is never => e.topic === 'run' && e.kind === 'steps' && e.rows.some(({ step }) => step > 35))
    await test.request('runs.pause', { runId })
    const paused = await test.runState(runId, 'paused')
    expect(paused.step).toBeLessThan(60)
    await test.request('runs.resume', { runId })
    expect(await test.runState(runId, 'done')).toMatchObject({ step: 60, extensions: [{ fromStep: 30, toStep: 60 }] })
    expect(await stepsOf(test, runId)).toEqual(upTo(60))
  })

  it('is refused while it trains, after a failure, and where nothing is saved', async () => {
    const test = openBackend()
    const runId = await startRun(test, { maxSteps: 60, warmupSteps: 0, samplePrompt: 'dies at 30' })
    await expect(test.request('runs.extend', { runId, steps: 1 })).rejects.toMatchObject({ code: 'run.active' })
    await test.runState(runId, 'failed')
    await expect(test.request('runs.extend', { runId, steps: 1 })).rejects.toMatchObject({ code: 'run.notExtendable' })
    expect((await test.request('runs.get', { runId })).run).toMatchObject({
      state: 'failed',
      maxSteps: 60,
      extensions: [],
    })

    const waits = await stopped(test, 'stop').then(async () => {
      await startRun(test, { maxSteps: 1000, warmupSteps: 0, samplePrompt: 'slowly' })
      return startRun(test, { maxSteps: 60, warmupSteps: 0 })
    })
    await test.request('runs.stop', { runId: waits })
    await test.runState(waits, 'stopped')
    await expect(test.request('runs.extend', { runId: waits, steps: 1 })).rejects.toMatchObject({
      code: 'run.noCheckpoint',
    })
  })
})
