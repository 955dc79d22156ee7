import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { addTiming, readTimings, type Timing } from '../../../src-main/backend/services/timings-file'
import type { RunChoice, RunConfig } from '../../../src-preload/contract/records/run-config'
import { temporaryFolder } from '../temporary'
import { openBackend, type TestBackend } from './backend'

const choice: RunChoice = { model: 'gpt', size: 'tiny', length: 'quick' }

it('the suggestion stands beside what is changed', async () => {
  const { test, corpusId } = await opened()
  const bare = await planOf(test, corpusId)
  const changed = await planOf(test, corpusId, { nLayer: 2, maxSteps: 77 })
  expect(bare.suggested).toEqual(bare.config)
  expect(changed.suggested).toEqual(bare.config)
  expect(changed.config).toMatchObject({ nLayer: 2, maxSteps: 77 })
})

async function planOf(test: TestBackend, corpusId: string, overrides: Partial<RunConfig> = {}) {
  return await test.request('runs.plan', { corpusId, choice, overrides })
}

async function opened(): Promise<{ test: TestBackend; corpusId: string }> {
  const test = openBackend()
  const { corpusId } = await test.importSample()
  await test.request('system.info', {})
  return { test, corpusId }
}
/** Told of: its start, what it measured, its end. */
const told = (test: TestBackend): number =>
  test.events.filter((event) => event.topic === 'changed' && event.what === 'timings').length
const measured = (test: TestBackend): Promise<void> =>
  vi.waitFor(() => {
    expect(test.backend.services.runs.isMeasuring()).toBe(false)
  })

describe('the time of a training', () => {
  it('is not known, then measured, then settled, and kept for the next start', async () => {
    const { test, corpusId } = await opened()
    const { config, estimate } = await planOf(test, corpusId)
    expect(estimate).toBeNull()
    await test.request('runs.measure', { corpusId, config })
    expect((await planOf(test, corpusId)).speedTest).toEqual({ state: 'running' })
    await measured(test)
    expect(told(test)).toBe(4)
    const plan = await planOf(test, corpusId)
    expect(plan.speedTest).toEqual({ state: 'known' })
    expect(plan.estimate?.basis).toBe('probe')
    expect(plan.verdict.likelyMs).toBe(plan.estimate?.likelyMs)
    // Every card says something, the nearest from what is like it.
    expect(plan.options).toHaveLength(7)
    expect(plan.options.every(({ estimate }) => estimate !== null)).toBe(true)
    const again = openBackend(test.profileDir)
    await again.request('system.info', {})
    expect((await planOf(again, corpusId)).estimate).toEqual(plan.estimate)
  })

  it('does not come from a kind of model that only earlier versions could compute', async () => {
    const { test, corpusId } = await opened()
    const { config } = await planOf(test, corpusId)
    await test.request('runs.measure', { corpusId, config })
    await measured(test)
    const file = join(test.profileDir, 'timings.json')
    const stored = readTimings(file).map((one) => ({ ...one, key: 'old', shape: { ...one.shape, model: 'modern' } }))
    expect(stored).not.toEqual([])
    writeFileSync(file, JSON.stringify(stored))
    const { estimate, options } = await planOf(test, corpusId)
    expect([estimate, ...options.map((option) => option.estimate)].every((one) => one === null)).toBe(true)
  })

  it('is measured once', async () => {
    const { test, corpusId } = await opened()
    const { config } = await planOf(test, corpusId)
    await test.request('runs.measure', { corpusId, config })
    await measured(test)
    await test.request('runs.measure', { corpusId, config: { ...config, seed: 5 } })
    expect(test.backend.services.runs.isMeasuring()).toBe(false)
    expect(told(test)).toBe(4)
  })

  it('that cannot be measured is not tried again and again, and is said', async () => {
    const { test, corpusId } = await opened()
    const { config } = await planOf(test, corpusId, { samplePrompt: 'crashing' })
    await test.request('runs.measure', { corpusId, config })
    await measured(test)
    expect(told(test)).toBe(2)
    expect((await planOf(test, corpusId, { samplePrompt: 'crashing' })).speedTest).toEqual({ state: 'failed' })
    await test.request('runs.measure', { corpusId, config })
    expect(test.backend.services.runs.isMeasuring()).toBe(false)
  })

  it('is never measured beside a training, and a measurement ends when one starts', async () => {
    const { test, corpusId } = await opened()
    const slow = (await planOf(test, corpusId, { samplePrompt: 'slowly', maxSteps: 100_000 })).config
    await test.request('runs.measure', { corpusId, config: slow })
    await vi.waitFor(() => {
      expect(told(test)).toBe(2)
    })
    const { runId } = await test.request('runs.start', { corpusId, config: slow })
    await test.runState(runId, 'running')
    expect(test.backend.services.runs.isMeasuring()).toBe(false)
    await test.request('runs.measure', { corpusId, config: { ...slow, nLayer: 2 } })
    expect(test.backend.services.runs.isMeasuring()).toBe(false)
    const { run } = await test.request('runs.get', { runId })
    const other = () => planOf(test, corpusId, { nLayer: 2 })
    expect((await other()).speedTest).toEqual({ state: 'training', name: run.name })
    await test.request('runs.stop', { runId })
    await test.runState(runId, 'stopped')
    expect((await other()).speedTest).toEqual({ state: 'soon' })
  })
})

describe('the file of timings', () => {
  const one: Timing = {
    engine: 'wasm',
    version: '1',
    hardware: 'here',
    key: 'a',
    shape: {},
    times: { startMs: 1, firstStepMs: 1, settled: null, stepMs: 1, evaluationMs: 1, sampleMs: 1 },
    measuredAt: 1,
  }

  it('keeps the newest of each shape', () => {
    const file = join(temporaryFolder(), 'timings.json')
    addTiming(file, one)
    addTiming(file, { ...one, key: 'b' })
    addTiming(file, { ...one, measuredAt: 2 })
    expect(readTimings(file).map(({ key, measuredAt }) => [key, measuredAt])).toEqual([
      ['b', 1],
      ['a', 2],
    ])
  })

  it.each(['', '{', '[{"engine":"none"}]'])('what cannot be read was never measured: “%s”', (text) => {
    const file = join(temporaryFolder(), 'timings.json')
    writeFileSync(file, text)
    expect(readTimings(file)).toEqual([])
  })
})
