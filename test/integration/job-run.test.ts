import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sampling } from '../../src-preload/contract/records/conversations'
import { engineOptions, eventsOf, runJob, smallConfig, startJob, withTokens, type RunningJob } from './job-fixture'

const sampling: Sampling = { temperature: 0.8, topK: 40, topP: 1, maxTokens: 24, seed: 11, stop: [] }

let root = ''
let tokenizedDir = ''
const sample = join(import.meta.dirname, '../../resources/sample/en.txt')

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'homegrown-job-'))
  const corpusDir = join(root, 'corpus')
  tokenizedDir = join(root, 'tokens')
  const read = await runJob({ kind: 'import', sources: [{ path: sample, name: 'en.txt' }], corpusDir })
  const [imported] = eventsOf(read, 'imported')
  const text = await readFile(sample, 'utf8')
  expect(imported?.counts?.characters).toBe(Array.from(text).length)
  expect(await readFile(join(corpusDir, 'text.txt'), 'utf8')).toBe(text)
  const made = await runJob({
    kind: 'tokenize',
    corpusDir,
    dir: tokenizedDir,
    tokenizer: 'bpe',
    vocabSize: 300,
    split: 'blocks',
  })
  const [tokenized] = eventsOf(made, 'tokenized')
  expect(tokenized?.facts).toMatchObject({ vocabSize: 300, trainBytes: expect.any(Number) as number })
})
afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

async function answer(job: RunningJob, generationId: string, prompt: string, how: Sampling): Promise<string> {
  job.send({ kind: 'generate', generationId, prompt, sampling: how })
  const isLast = (event: { generationId: string; end: unknown }) => event.generationId === generationId && !!event.end
  await job.event('generated', isLast)
  const own = eventsOf(job.events, 'generated').filter((event) => event.generationId === generationId)
  expect(own.filter(isLast)).toHaveLength(1)
  return own.map((event) => event.text).join('')
}

describe.each([
  ['tensorflow', 'gpt'],
  ['tensorflow', 'lstm'],
  ['wasm', 'gpt'],
  ['wasm', 'lstm'],
] as const)('a run on %s (%s)', (engine, model) => {
  const config = smallConfig({ engine, model })
  const options = engineOptions(engine)
  const runDir = () => join(root, `run-${engine}-${model}`)
  const train = (dir: string, maxSteps: number, resume: boolean) =>
    runJob({
      kind: 'train',
      runDir: withTokens(dir, tokenizedDir),
      config: { ...config, maxSteps },
      resume,
      engineOptions: options,
    })

  it('trains, and tells how', async () => {
    const events = await train(runDir(), 20, false)
    const steps = eventsOf(events, 'step')
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    expect(steps[0]?.lossNats).toBeCloseTo(Math.log(300), 0)
    expect(steps.at(-1)?.lossNats).toBeLessThan((steps[0]?.lossNats ?? 0) - 0.05)
    expect(eventsOf(events, 'begin')).toMatchObject([{ engine, step: 0 }])
    expect(eventsOf(events, 'eval').map(({ step }) => step)).toEqual([10, 20])
    expect(eventsOf(events, 'sample')).toMatchObject([{ step: 20, prompt: 'The ' }])
    expect(eventsOf(events, 'checkpoint').at(-1)).toMatchObject({ checkpoint: 'last', step: 20 })
    expect(events.at(-1)).toMatchObject({ kind: 'end', step: 20, finished: true })
    const files = ['checkpoints', 'config.json', 'tokenizer.json', 'train.bin', 'val.bin']
    expect((await readdir(runDir())).sort()).toEqual(files)
    expect((await readdir(join(runDir(), 'checkpoints'))).sort()).toEqual(['best-20', 'last-20'])
    expect(JSON.parse(await readFile(join(runDir(), 'config.json'), 'utf8'))).toEqual(config)
  })

  it('stops when told to, and goes on as if nothing had happened', async () => {
    const stoppedDir = `${runDir()}-stopped`
    const job = startJob(
      {
        kind: 'train',
        runDir: withTokens(stoppedDir, tokenizedDir),
        config: { ...config, maxSteps: 20 },
        resume: false,
        engineOptions: options,
      },
      { step: 5, how: 'stop' },
    )
    expect(await job.ended).toMatchObject({ code: 0 })
    expect(await job.event('end')).toMatchObject({ step: 5, finished: false })
    const whole = await train(`${runDir()}-whole`, 20, false)
    const losses = (events: typeof whole) => new Map(eventsOf(events, 'step').map((e) => [e.step, e.lossNats]))
    const expected = losses(whole)
    const resumed = await train(stoppedDir, 20, true)
    expect(eventsOf(resumed, 'begin')).toMatchObject([{ step: 5 }])
    const both = new Map([...losses(job.events), ...losses(resumed)])
    expect(both).toEqual(expected)
  })

  it('talks from its checkpoint: the same seed says the same', async () => {
    const job = startJob({ kind: 'generate', runDir: runDir(), checkpoint: 'best', engineOptions: options })
    expect(await job.event('ready')).toMatchObject({ engine, step: 20 })
    const first = await answer(job, 'g_00000001', 'The mill', sampling)
    expect(await answer(job, 'g_00000002', 'The mill', sampling)).toBe(first)
    expect(await answer(job, 'g_00000003', 'The mill', { ...sampling, seed: 12 })).not.toBe(first)
    expect(first.length).toBeGreaterThan(10)
    const last = eventsOf(job.events, 'generated').find((event) => event.end !== null)
    expect(last).toMatchObject({ tokens: 24, seed: 11, end: 'length' })

    // Nothing to start from, longer than the context, a stop string out of the answer itself.
    expect(await answer(job, 'g_00000004', '', sampling)).not.toBe('')
    expect(await answer(job, 'g_00000005', 'the river '.repeat(50), sampling)).not.toBe('')
    const stopAt = first.slice(4, 7)
    const stopped = await answer(job, 'g_00000006', 'The mill', { ...sampling, stop: [stopAt] })
    expect(stopped).toBe(first.slice(0, first.indexOf(stopAt)))

    job.send({ kind: 'generate', generationId: 'g_00000007', prompt: '', sampling: { ...sampling, maxTokens: 8192 } })
    await job.event('generated', (event) => event.generationId === 'g_00000007')
    job.send({ kind: 'stopGeneration', generationId: 'g_00000007' })
    const cancelled = await job.event('generated', (e) => e.generationId === 'g_00000007' && e.end !== null)
    expect(cancelled.end).toBe('cancelled')

    // Whatever was said before: as a job says it that was just started.
    const fresh = startJob({ kind: 'generate', runDir: runDir(), checkpoint: 'best', engineOptions: options })
    const longer = await answer(fresh, 'g_00000008', 'The mill race', sampling)
    expect(await answer(job, 'g_00000009', 'The mill', sampling)).toBe(first)
    expect(await answer(job, 'g_00000010', 'The mill race', sampling)).toBe(longer)
    for (const one of [job, fresh]) {
      one.send({ kind: 'stop' })
      expect(await one.ended).toMatchObject({ code: 0 })
    }
  })
})
