import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engineOptions, eventsOf, runJob, smallConfig, startJob, withTokens } from './job-fixture'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'homegrown-process-'))
  const path = join(root, 'text.txt')
  await writeFile(path, 'The river bends at the old mill, and nobody can say who built it.\n'.repeat(200))
  await runJob({ kind: 'import', sources: [{ path, name: 'text.txt' }], corpusDir: join(root, 'corpus') })
  await runJob({
    kind: 'tokenize',
    corpusDir: join(root, 'corpus'),
    dir: join(root, 'tokens'),
    tokenizer: 'char',
    vocabSize: 0,
    split: 'blocks',
  })
})
afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

const trainTask = (name: string, maxSteps: number, resume = false) =>
  ({
    kind: 'train',
    runDir: withTokens(join(root, name), join(root, 'tokens')),
    config: smallConfig({ engine: 'wasm', tokenizer: 'char', maxSteps, sampleInterval: 0, evalInterval: 1000 }),
    resume,
    engineOptions: engineOptions('wasm'),
  }) as const

describe('a job process', () => {
  it('reports what failed and ends with code 1', async () => {
    const dir = join(root, 'tokenized-none')
    const corpusDir = join(root, 'corpus-none')
    const job = startJob({ kind: 'tokenize', corpusDir, dir, tokenizer: 'bpe', vocabSize: 300, split: 'blocks' })
    expect(await job.ended).toMatchObject({ code: 1, signal: null, output: '' })
    expect(job.events).toEqual([{ kind: 'failed', error: { code: 'corpus.notReady', params: {} } }])
  })

  it.each([
    ['run.noCheckpoint', 'none'],
    ['checkpoint.damaged', 'damaged'],
  ])('says %s when there is nothing to talk to', async (code, name) => {
    const runDir = join(root, name)
    await mkdir(runDir)
    if (name === 'damaged') {
      await runJob(trainTask(name, 2))
      await truncate(join(runDir, 'checkpoints', 'last-2', 'weights.safetensors'), 500)
      const best = join(runDir, 'checkpoints', 'best-2')
      await rm(best, { recursive: true, force: true })
    }
    const job = startJob({ kind: 'generate', runDir, checkpoint: 'last', engineOptions: engineOptions('wasm') })
    expect((await job.ended).code).toBe(1)
    expect(job.events.at(-1)).toMatchObject({ kind: 'failed', error: { code } })
  })

  it('is cancelled where it does not train', async () => {
    const big = join(root, 'big.txt')
    await writeFile(big, 'The river bends.\n'.repeat(1_500_000))
    const job = startJob({
      kind: 'import',
      sources: [{ path: big, name: 'big.txt' }],
      corpusDir: join(root, 'cancelled'),
    })
    await job.event('progress')
    job.send({ kind: 'stop' })
    expect((await job.ended).code).toBe(1)
    expect(job.events.at(-1)).toEqual({ kind: 'failed', error: { code: 'cancelled', params: {} } })
    expect(await readdir(join(root, 'cancelled'))).toEqual([])
  })

  it('saves on SIGTERM, and does not mind Ctrl-C', async () => {
    const job = startJob(trainTask('terminated', 100_000))
    await job.event('step', ({ step }) => step === 3)
    job.child.kill('SIGINT')
    await job.event('step', ({ step }) => step === 8)
    job.child.kill('SIGTERM')
    expect(await job.ended).toMatchObject({ code: 0 })
    const end = await job.event('end')
    expect(end.finished).toBe(false)
    expect(await readdir(join(root, 'terminated', 'checkpoints'))).toEqual([`last-${end.step}`])
  })

  it('ends when its parent is gone', async () => {
    const job = startJob(trainTask('orphan', 100_000))
    await job.event('step')
    job.child.disconnect()
    expect(await job.ended).toMatchObject({ code: 0 })
  })

  it('can be killed at any moment: what was saved stands, and it goes on from there', async () => {
    const task = trainTask('killed', 100_000)
    const often = { ...task, config: { ...task.config, checkpointMinutes: 0.1 } }
    for (let round = 0; round < 2; round++) {
      const job = startJob({ ...often, resume: round > 0 })
      const begin = await job.event('begin')
      await job.event('checkpoint', ({ step, checkpoint }) => checkpoint === 'last' && step > begin.step)
      job.child.kill('SIGKILL')
      expect(await job.ended).toMatchObject({ signal: 'SIGKILL' })
      // 'best' has no optimizer state: training goes on from 'last'.
      const saved = eventsOf(job.events, 'checkpoint').filter(({ checkpoint }) => checkpoint === 'last')
      const acknowledged = saved.at(-1)?.step ?? 0
      const next = startJob({ ...often, resume: true })
      const { step } = await next.event('begin')
      next.child.kill('SIGKILL')
      await next.ended
      expect(step).toBeGreaterThanOrEqual(acknowledged)
    }
  })

  it('loses nothing where its parent is slow', async () => {
    const job = startJob({
      ...trainTask('slow', 400),
      config: { ...trainTask('slow', 400).config, checkpointMinutes: 600 },
    })
    await job.event('begin')
    // This process hears nothing for a while.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000)
    const { code } = await job.ended
    expect(code).toBe(0)
    expect(eventsOf(job.events, 'step')).toHaveLength(400)
  })
})
