import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AppEvent, RunEvent } from '../../src-preload/contract/events'
import type { RunOrigin } from '../../src-preload/contract/records/origin'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import { built } from '../built'
import { openBackend, type TestBackend } from '../unit/services/backend'
import { temporaryFolder } from '../unit/temporary'
import { engineOptions } from './job-fixture'

const sample = resolve('resources/sample/en.txt')
const choice = { model: 'llama', size: 'tiny', length: 'quick' } as const
const small: Partial<RunConfig> = {
  ...{ nLayer: 1, nHead: 2, nEmbd: 32, blockSize: 32, batchSize: 8, vocabSize: 300, warmupSteps: 0, patience: 0 },
  ...{ maxSteps: 40, evalInterval: 20, evalBatches: 4, sampleInterval: 0, compile: 'graph', precision: 'float32' },
}

const open = (): TestBackend =>
  openBackend(temporaryFolder(), { jobEntry: built('job.cjs'), engineOptions: engineOptions('tensorflow') })

async function importText(test: TestBackend, path: string): Promise<string> {
  const { corpusId } = await test.request('corpora.import', { sources: [{ kind: 'path', path }] })
  return (await test.backend.services.corpora.settled(corpusId)).corpusId
}
async function start(
  test: TestBackend,
  corpusId: string,
  overrides: Partial<RunConfig>,
  from?: RunOrigin,
): Promise<RunRecord> {
  const origin = from ? { from } : {}
  const { config } = await test.request('runs.plan', { corpusId, choice, overrides, ...origin })
  return await test.request('runs.start', { corpusId, config, ...origin })
}
const weightsOf = (test: TestBackend, runId: string, kind: string): Buffer => {
  const folder = join(test.profileDir, 'runs', runId, 'checkpoints')
  const stepOf = (name: string): number => Number(name.split('-')[1])
  const names = readdirSync(folder).filter((one) => one.startsWith(kind))
  const [name = ''] = names.sort((one, other) => stepOf(other) - stepOf(one))
  return readFileSync(join(folder, name, 'weights.safetensors'))
}
const otherText = (): string => {
  const path = join(temporaryFolder(), 'other.txt')
  // Letters only: the sample has no digits.
  const word = (i: number): string => Array.from(String(i), (digit) => 'abcdefghij'[Number(digit)]).join('')
  const sentence = (i: number): string =>
    `The ${word(i % 7)} foxes of ${word(i * 37)} jump over the café of ${word(i)}.\n`
  writeFileSync(path, Array.from({ length: 3000 }, (_, i) => sentence(i)).join(''))
  return path
}

describe('a run that goes on from the weights of another', () => {
  it('begins where that one was, to the digit, and learns from there', async () => {
    const test = open()
    const corpusId = await importText(test, sample)
    const { runId } = await start(test, corpusId, small)
    const parent = await test.runState(runId, 'done')
    const from = { runId, checkpoint: 'best' } as const
    const child = await start(test, corpusId, { ...small, learningRate: 0.01 }, from)
    const best = parent.checkpoints.find(({ kind }) => kind === 'best')
    expect(child.parent).toEqual({ runId, name: parent.name, kind: 'best', step: best?.step })
    const done = await test.runState(child.runId, 'done')
    const { evals } = await test.request('runs.curves', { runId: child.runId, maxPoints: 100 })
    expect(evals.map(({ step }) => step)).toEqual([0, 20, 40])
    expect(evals[0]?.valLossNats).toBeCloseTo(best?.valLossNats ?? 0, 5)
    expect(done.bestValLossNats).toBeLessThan(best?.valLossNats ?? 0)
    expect(weightsOf(test, child.runId, 'last')).not.toEqual(weightsOf(test, runId, 'best'))
    // Not once more from the parent, and not from nothing.
    expect(readdirSync(join(test.profileDir, 'runs', child.runId))).not.toContain('initial')
  }, 120_000)

  it('starts and resumes after that one was deleted, with its tokenizer on another text', async () => {
    const test = open()
    const [own, other] = [await importText(test, sample), await importText(test, otherText())]
    const { runId } = await start(test, own, small)
    await test.runState(runId, 'done')
    const from = { runId, checkpoint: 'last' } as const
    expect(await test.request('runs.fit', { runId, corpusId: other })).toMatchObject({ unknown: 0 })
    const first = await start(test, own, { ...small, maxSteps: 100_000 })
    const child = await start(test, other, { ...small, maxSteps: 100_000 }, from)
    expect(child.state).toBe('queued')
    await test.request('runs.delete', { runId })
    await test.request('trash.empty', { ids: null })
    await test.request('runs.stop', { runId: first.runId })

    const isStep = (e: AppEvent): e is RunEvent => e.topic === 'run' && e.runId === child.runId && e.kind === 'steps'
    await test.seen(isStep)
    await test.request('runs.pause', { runId: child.runId })
    const paused = await test.runState(child.runId, 'paused')
    expect(paused.step).toBeGreaterThan(0)
    test.events.length = 0
    await test.request('runs.resume', { runId: child.runId })
    await test.seen(isStep)
    await test.request('runs.stop', { runId: child.runId })
    const stopped = await test.runState(child.runId, 'stopped')
    expect(stopped.step).toBeGreaterThan(paused.step)
    expect(stopped).toMatchObject({ error: null, resumedFrom: null })
    const { evals } = await test.request('runs.curves', { runId: child.runId, maxPoints: 100 })
    expect(evals.filter(({ step }) => step === 0)).toHaveLength(1)
  }, 120_000)

  it('says which characters a tokenizer of characters lacks', async () => {
    const test = open()
    const [own, other] = [await importText(test, sample), await importText(test, otherText())]
    const { runId } = await start(test, own, { ...small, tokenizer: 'char', maxSteps: 2 })
    await test.runState(runId, 'done')
    const fit = await test.request('runs.fit', { runId, corpusId: other })
    expect(fit).toMatchObject({ unknown: 3000, examples: ['é'], tokens: fit.characters })
  }, 120_000)

  it('refuses another architecture, and a run without anything saved', async () => {
    const test = open()
    const corpusId = await importText(test, sample)
    const { runId } = await start(test, corpusId, { ...small, maxSteps: 2 })
    const { config } = await test.request('runs.get', { runId })
    await test.runState(runId, 'done')
    const from = { runId, checkpoint: 'last' } as const
    const wider = { ...config, nEmbd: 64 }
    await expect(test.request('runs.start', { corpusId, config: wider, from })).rejects.toMatchObject({
      code: 'input.invalid',
    })
    const { config: planned } = await test.request('runs.plan', { corpusId, choice, overrides: { nEmbd: 64 }, from })
    expect(planned.nEmbd).toBe(32)
  }, 120_000)
})
