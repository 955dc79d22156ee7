import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createBackend } from '../../src-main/backend/backend'
import type { TokenizedFacts } from '../../src-main/backend/jobs/protocol'
import { importTexts } from '../../src-main/engine/corpus/import'
import { libraryFileBytes } from '../../src-main/plan/memory'
import { summarize } from '../../src-main/plan/summary'
import { AppError } from '../../src-preload/contract/errors'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import { built } from '../built'
import { engineOptions, eventsOf, runJob, smallConfig, startJob, withTokens } from './job-fixture'

const text = resolve('resources/sample/en.txt')
let root: string
let facts: TokenizedFacts
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'homegrown-memory-'))
  const corpusDir = join(root, 'corpus')
  mkdirSync(corpusDir)
  const sources = [{ path: text, name: 'en.txt' }]
  await importTexts({ sources, corpusDir, signal: new AbortController().signal, onProgress: () => undefined })
  const events = await runJob({
    kind: 'tokenize',
    corpusDir,
    dir: join(root, 'tokens'),
    tokenizer: 'bpe',
    vocabSize: 512,
    split: 'blocks',
  })
  facts = eventsOf(events, 'tokenized')[0]?.facts as TokenizedFacts
})
afterAll(() => {
  rmSync(root, { recursive: true })
})

/** A job of some steps, evaluations and saves; the peak of what it occupied, in bytes. */
async function peakOf(config: RunConfig, name: string): Promise<number> {
  const task = { kind: 'train', runDir: withTokens(join(root, name), join(root, 'tokens')), resume: false } as const
  const job = startJob({ ...task, config, engineOptions: engineOptions('tensorflow') })
  let peakBytes = 0
  const look = (): void => {
    const status = readFileSync(`/proc/${job.child.pid ?? 0}/status`, 'utf8')
    const bytesOf = (key: string): number => Number(new RegExp(`${key}:\\s*(\\d+)`).exec(status)?.[1] ?? NaN) * 1024
    // How much of the library's file counts as resident depends on what the system's cache holds of it.
    const bytes = bytesOf('VmHWM') - bytesOf('RssFile') + libraryFileBytes
    if (bytes > peakBytes) peakBytes = bytes
  }
  const looking = setInterval(look, 20)
  try {
    await job.event('end')
  } finally {
    clearInterval(looking)
  }
  expect(await job.ended).toMatchObject({ code: 0 })
  return peakBytes
}

const steps = { maxSteps: 4, warmupSteps: 0, evalInterval: 2, evalBatches: 1, sampleInterval: 0, vocabSize: 512 }
const way = { compile: 'graph', precision: 'float32' } as const
const shapes: [string, Partial<RunConfig>][] = [
  ['GPT', { nLayer: 6, nHead: 6, nEmbd: 192, blockSize: 128, batchSize: 16 }],
  [
    'Llama in parts',
    {
      model: 'llama',
      optimizer: 'muon',
      nLayer: 4,
      nHead: 4,
      nEmbd: 384,
      blockSize: 64,
      batchSize: 8,
      accumulation: 2,
    },
  ],
  ['LSTM', { model: 'lstm', nLayer: 2, nEmbd: 512, blockSize: 64, batchSize: 16 }],
  ['LSTM in XLA', { model: 'lstm', nLayer: 2, nEmbd: 256, blockSize: 64, batchSize: 32, compile: 'xla' }],
]

describe.skipIf(process.platform !== 'linux')('the memory of a job', () => {
  it.each(shapes)('%s: is what was predicted, within 15 %%', async (name, shape) => {
    const config = smallConfig({ ...steps, ...way, ...shape })
    const ratio = summarize(config, facts.vocabSize, facts.trainTokens).memoryBytes / (await peakOf(config, name))
    expect(ratio).toBeGreaterThan(0.85)
    expect(ratio).toBeLessThan(1.15)
  })
})

/** A backend with real jobs, and as much free memory as the test says. */
async function open(profile: string, freeMemory: () => number, triesBfloat16 = false) {
  const backend = createBackend({
    profileDir: join(root, profile),
    jobEntry: built('job.cjs'),
    resourcesDir: resolve('resources'),
    engineOptions: engineOptions('tensorflow'),
    appVersion: '0.0.0',
    freeMemory,
    triesBfloat16,
  })
  onTestFinished(() => backend.close(500))
  const { corpora, runs } = backend.services
  const { corpusId } = await corpora.importFile(text)
  await corpora.settled(corpusId)
  const ended = (runId: string): Promise<RunRecord> =>
    new Promise((resolveEnd) => {
      const unsubscribe = backend.subscribe((event) => {
        if (
          event.topic !== 'run' ||
          event.runId !== runId ||
          event.kind !== 'state' ||
          event.run.endedAt === null ||
          event.run.state === 'queued'
        )
          return
        unsubscribe()
        // When the queue has let go of it too.
        setImmediate(resolveEnd, event.run)
      })
    })
  /** When a step is reported. */
  const trains = (): Promise<void> =>
    new Promise((resolveTrains) => {
      backend.subscribe((event) => {
        if (event.topic === 'run' && event.kind === 'steps') resolveTrains()
      })
    })
  return { runs, corpusId, ended, trains }
}
const choice = { model: 'llama', size: 'tiny', length: 'quick' } as const
const wish = { ...steps, nLayer: 4, nHead: 4, nEmbd: 256, blockSize: 128, batchSize: 64, accumulation: 1 }

it('a run that does not fit is refused before its start, and what is offered instead trains', async () => {
  const { runs, corpusId, ended } = await open('profile', () => 0.9 * 2 ** 30)
  const overrides = { ...wish, maxSteps: 2 }
  const asked = runs.plan({ corpusId, choice, overrides })
  const [problem] = asked.problems
  expect(problem?.error).toMatchObject({ code: 'config.tooLargeForMemory', params: { freeGb: 0.9 } })
  await expect(runs.start({ corpusId, config: asked.config })).rejects.toThrow(AppError)
  expect(runs.list()).toEqual([])

  const offered = runs.plan({ corpusId, choice, overrides: { ...overrides, ...problem?.fix } })
  expect(offered.problems).toEqual([])
  expect(offered.summary.memoryBytes).toBeLessThanOrEqual(0.9 * 2 ** 30)
  const { runId } = await runs.start({ corpusId, config: offered.config })
  expect(await ended(runId)).toMatchObject({ state: 'done', step: 2, error: null })
})

it('a run that does not fit any more is not resumed, unless with less memory, and then takes the same steps', async () => {
  let freeBytes = 1e12
  const { runs, corpusId, ended, trains } = await open('resumed', () => freeBytes)
  const change = { ...way, maxSteps: 4, evalInterval: 2, logInterval: 1 }
  const { config } = runs.plan({ corpusId, choice, overrides: { ...wish, ...change } })
  const { runId } = await runs.start({ corpusId, config })
  await trains()
  const paused = ended(runId)
  runs.pause(runId)
  expect(await paused).toMatchObject({ state: 'paused' })
  const { step } = runs.get(runId).run
  expect(step).toBeLessThan(4)

  const refused = (): unknown => {
    try {
      return runs.resume({ runId })
    } catch (error) {
      return error
    }
  }
  freeBytes = 0.3 * 2 ** 30
  expect(refused()).toMatchObject({ code: 'run.tooLargeForMemory', params: { freeGb: 0.3 } })
  freeBytes = 0.8 * runs.get(runId).summary.memoryBytes
  expect(refused()).toMatchObject({ code: 'run.fitsWithLess' })
  expect(runs.get(runId)).toMatchObject({ run: { state: 'paused', step }, config })

  const resumed = ended(runId)
  runs.resume({ runId, withLessMemory: true })
  expect(await resumed).toMatchObject({ state: 'done', step: 4, error: null })
  const { config: after, summary } = runs.get(runId)
  expect(after.accumulation).toBeGreaterThan(1)
  expect(after).toEqual({ ...config, accumulation: after.accumulation })
  expect(summary.memoryBytes).toBeLessThanOrEqual(freeBytes)
  expect(runs.curves(runId, 100).steps.map((row) => row.step)).toEqual([1, 2, 3, 4])
})

it('counts trying bfloat16 only where it is tried', async () => {
  const overrides = { nEmbd: 256, nHead: 4, maxSteps: 1000 }
  const needed: Record<string, number> = {}
  for (const triesBfloat16 of [true, false]) {
    const { runs, corpusId } = await open(`tries ${triesBfloat16}`, () => 1e12, triesBfloat16)
    for (const precision of ['auto', 'float32'] as const) {
      const { summary } = runs.plan({ corpusId, choice, overrides: { ...overrides, precision } })
      needed[`${precision}, ${triesBfloat16}`] = summary.memoryBytes
    }
  }
  expect(needed['auto, false']).toBe(needed['float32, false'])
  expect(needed['auto, true']).toBeGreaterThan(needed['float32, true'] ?? Infinity)
  expect(needed['float32, true']).toBe(needed['float32, false'])
})

it('what the training under way holds counts as free for the next one', async () => {
  let freeBytes = 1e12
  const { runs, corpusId, ended, trains } = await open('queued', () => freeBytes)
  const first = runs.plan({ corpusId, choice, overrides: { ...way, maxSteps: 100_000, logInterval: 1 } })
  const { runId } = await runs.start({ corpusId, config: first.config })
  await trains()
  const next = { corpusId, choice, overrides: { ...wish, ...way } }
  const { summary } = runs.plan(next)
  // Refused alone; the process that trains holds more than a tenth of that.
  freeBytes = 0.84 * summary.memoryBytes
  expect(runs.plan(next).problems).toEqual([])
  const paused = ended(runId)
  runs.pause(runId)
  await paused
  expect(runs.plan(next).problems).toMatchObject([{ error: { code: 'config.tooLargeForMemory' } }])
})
