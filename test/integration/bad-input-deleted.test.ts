import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import {
  childrenOf,
  expectClear,
  openWorld,
  removeFolder,
  runCli,
  someText,
  temporaryProfile,
  type World,
} from './bad-input-fixture'
import { smallConfig } from './job-fixture'

let folder = ''
let world: World
let corpusId = ''
let trained: RunRecord

const config = (change: Partial<RunConfig> = {}): RunConfig =>
  smallConfig({
    engine: 'wasm',
    tokenizer: 'char',
    nEmbd: 8,
    maxSteps: 100_000,
    warmupSteps: 0,
    evalInterval: 5,
    evalBatches: 1,
    sampleInterval: 0,
    ...change,
  })

const trainedUntilSaved = async (name: string): Promise<RunRecord> => {
  const { runId } = await world.request('runs.start', { corpusId, config: config(), name })
  await world.runEvent(runId, 'checkpoint')
  return await world.ended(runId)
}

beforeAll(async () => {
  folder = temporaryProfile()
  world = openWorld(join(folder, 'profile'))
  const path = join(folder, 'text.txt')
  writeFileSync(path, someText)
  corpusId = (await world.importPath(path)).corpusId
  trained = await trainedUntilSaved('first')
})
afterAll(async () => {
  await world.close()
  removeFolder(folder)
})

describe('a run that is deleted while it is open', () => {
  it('stops training, and comes back with what was saved', async () => {
    const { runId } = await world.request('runs.start', { corpusId, config: config() })
    await world.runEvent(runId, 'checkpoint')
    await world.request('runs.delete', { runId })
    expect((await world.request('runs.list', { since: 0 })).runs.map((run) => run.runId)).not.toContain(runId)
    expect(childrenOf(process.pid)).toEqual([])
    for (const method of ['runs.get', 'runs.resume', 'runs.stop', 'runs.pause'] as const) {
      expectClear(await world.refusal(method, { runId }), 'run.notFound')
    }
    expectClear(await world.refusal('runs.curves', { runId, maxPoints: 100 }), 'run.notFound')
    const back = await world.request('runs.restore', { runId })
    expect(back).toMatchObject({ state: 'stopped', error: null })
    expect(back.checkpoints).not.toEqual([])
    const { steps } = await world.request('runs.curves', { runId, maxPoints: 4000 })
    expect(steps.at(-1)?.step).toBe(back.step)
  })

  it('ends its answer, whose text stays, and frees its memory', async () => {
    const { runId } = trained
    const { conversationId } = await world.request('talk.create', { runId })
    const sampling = { temperature: 1, topK: 0, topP: 1, maxTokens: 8192, seed: 7, stop: [] }
    const input = { conversationId, runId, checkpoint: 'best', prompt: 'the ', sampling } as const
    const { generationId } = await world.request('talk.generate', input)
    const events = () =>
      world.events
        .filter((event) => event.topic === 'generation')
        .filter((event) => event.generationId === generationId)
    while (!events().some(({ kind }) => kind === 'text')) await new Promise((wait) => setTimeout(wait, 20))
    await world.request('runs.delete', { runId })
    while (events().at(-1)?.kind !== 'end') await new Promise((wait) => setTimeout(wait, 20))
    const { messages } = await world.request('talk.get', { conversationId })
    expect(messages.at(-1)).toMatchObject({ role: 'model', endReason: 'cancelled' })
    expect(messages.at(-1)?.text).not.toBe('')
    while (childrenOf(process.pid).length > 0) await new Promise((wait) => setTimeout(wait, 20))

    expectClear(await world.refusal('talk.generate', input), 'conversation.modelDeleted')
    const sentence = expectClear(await world.refusal('runs.get', { runId }), 'run.notFound')
    const cli = await runCli(world.profileDir, ['generate', runId, 'the '])
    expect(cli).toEqual({ code: 3, stdout: '', stderr: `${sentence}\n` })

    await world.request('runs.restore', { runId })
    expect((await world.ask(runId, 'best')).error).toBeNull()
  })
})

describe('a text that is deleted while a run needs it', () => {
  it('leaves its runs their tokens: one that trains goes on, one that stopped resumes, with the text gone for good', async () => {
    const { runId } = await world.request('runs.start', { corpusId, config: config() })
    await world.runEvent(runId, 'steps')
    await world.request('corpora.delete', { corpusId })
    expect(await world.request('trash.empty', { ids: null })).toEqual({ removed: 1, left: 0 })
    expect(existsSync(join(world.profileDir, 'corpora', corpusId))).toBe(false)
    const before = world.events.length
    await world.runEvent(runId, 'steps', undefined, before)
    await world.ended(runId)

    const since = world.events.length
    await world.request('runs.resume', { runId: trained.runId })
    const [first] = (await world.runEvent(trained.runId, 'steps', undefined, since)).rows
    expect(first?.step).toBe(trained.step + 1)
    trained = await world.ended(trained.runId)
    expect((await world.ask(trained.runId, 'last')).message).toMatchObject({ tokens: 5, endReason: 'length' })
    expect((await world.request('runs.get', { runId: trained.runId })).run).toMatchObject({
      state: 'stopped',
      corpus: 'text.txt',
    })
  })

  it('is asked for where the run has lost its tokens too, and serves again when it is imported again', async () => {
    const { runId } = trained
    rmSync(join(world.profileDir, 'runs', runId, 'train.bin'))
    const sentence = expectClear(await world.refusal('runs.resume', { runId }), 'run.textMissing')
    const cli = await runCli(world.profileDir, ['resume', runId])
    expect({ code: cli.code, stderr: cli.stderr }).toEqual({ code: 3, stderr: `${sentence}\n` })
    corpusId = (await world.importPath(join(folder, 'text.txt'))).corpusId
    const since = world.events.length
    await world.request('runs.resume', { runId })
    const [first] = (await world.runEvent(runId, 'steps', undefined, since)).rows
    expect(first?.step).toBe(trained.step + 1)
    trained = await world.ended(runId)
  })

  it('fails the run clearly when both folders were emptied by hand, and nothing of the run is lost', async () => {
    const { runId } = trained
    const corpusDir = join(world.profileDir, 'corpora', corpusId)
    rmSync(join(world.profileDir, 'runs', runId, 'train.bin'))
    renameSync(corpusDir, `${corpusDir}-away`)
    await world.request('runs.resume', { runId })
    const failed = await world.reached(runId, 'failed', 'done')
    expectClear(failed.error, 'run.textMissing')
    expect(failed).toMatchObject({ step: trained.step, checkpoints: trained.checkpoints })
    expect((await world.ask(runId, 'best')).error).toBeNull()

    rmSync(corpusDir, { recursive: true, force: true })
    renameSync(`${corpusDir}-away`, corpusDir)
    expect(existsSync(join(corpusDir, 'text.txt'))).toBe(true)
    await world.request('runs.resume', { runId })
    await world.reached(runId, 'running')
    expect(await world.ended(runId)).toMatchObject({ state: 'stopped', error: null })
  })
})
