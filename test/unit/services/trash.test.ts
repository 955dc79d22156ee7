import Sqlite from 'better-sqlite3'
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { trashMs } from '../../../src-main/backend/services/context'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { RunRecord } from '../../../src-preload/contract/records/runs'
import { temporaryFolder } from '../temporary'
import { openBackend, type TestBackend } from './backend'

async function startRun(test: TestBackend, corpusId: string, change: Partial<RunConfig> = {}): Promise<RunRecord> {
  const choice = { model: 'gpt', size: 'tiny', length: 'quick' } as const
  const overrides = { maxSteps: 60, warmupSteps: 0, ...change }
  const { config } = await test.request('runs.plan', { corpusId, choice, overrides })
  return await test.request('runs.start', { corpusId, config })
}

/** A run that stands still in the middle, with its state saved. */
async function pausedRun(test: TestBackend, corpusId: string): Promise<RunRecord> {
  const { runId } = await startRun(test, corpusId, { samplePrompt: 'slowly' })
  await test.seen((e): e is never => e.topic === 'run' && e.kind === 'steps' && e.runId === runId)
  await test.request('runs.pause', { runId })
  return await test.runState(runId, 'paused')
}

const trashOf = async (test: TestBackend): Promise<string[]> =>
  (await test.request('trash.list', {})).items.map(({ id }) => id)

async function importFile(test: TestBackend, path: string): Promise<string> {
  const { corpusId } = await test.request('corpora.import', { sources: [{ kind: 'path', path }] })
  await test.backend.services.corpora.settled(corpusId)
  return corpusId
}

describe('the trash', () => {
  it('lists what was deleted, the last first, until it is restored or emptied', async () => {
    const test = openBackend()
    const { corpusId } = await test.importSample()
    const run = await startRun(test, corpusId)
    await test.runState(run.runId, 'done')
    const { conversationId } = await test.request('talk.create', { runId: run.runId })
    await test.request('talk.delete', { conversationId })
    await test.request('runs.delete', { runId: run.runId })
    await test.request('corpora.delete', { corpusId })

    const { items, sizeBytes } = await test.request('trash.list', {})
    const expected = [
      { kind: 'corpus', id: corpusId, name: 'en.txt' },
      { kind: 'run', id: run.runId, name: run.name },
      { kind: 'conversation', id: conversationId, name: run.name },
    ]
    for (const one of expected) expect(items).toContainEqual(expect.objectContaining(one))
    for (const { deletedAt, goesAt } of items) expect(goesAt - deletedAt).toBe(trashMs)
    const text = statSync(join(test.profileDir, 'corpora', corpusId, 'text.txt')).size
    expect(sizeBytes).toBeGreaterThan(text)

    await test.request('runs.restore', { runId: run.runId })
    expect(await trashOf(test)).not.toContain(run.runId)
    expect(await test.request('trash.empty', { ids: [conversationId, run.runId] })).toEqual({ removed: 1, left: 0 })
    expect(await trashOf(test)).toEqual([corpusId])
    expect(await test.request('trash.empty', { ids: null })).toEqual({ removed: 1, left: 0 })
    expect(existsSync(join(test.profileDir, 'corpora', corpusId))).toBe(false)
    await expect(test.request('corpora.restore', { corpusId })).rejects.toMatchObject({ code: 'corpus.notFound' })
    expect((await test.request('runs.get', { runId: run.runId })).run.state).toBe('done')
  })

  it('is emptied by itself after 30 days, and not before', async () => {
    const test = openBackend()
    const { corpusId } = await test.importSample()
    const [old, young] = [await startRun(test, corpusId), await startRun(test, corpusId)]
    for (const { runId } of [old, young]) {
      await test.runState(runId, 'done')
      await test.request('runs.delete', { runId })
    }
    await test.backend.close()
    const raw = new Sqlite(join(test.profileDir, 'homegrown.db'))
    const age = raw.prepare('UPDATE runs SET deleted_at = ? WHERE run_id = ?')
    age.run(Date.now() - trashMs - 1000, old.runId)
    age.run(Date.now() - trashMs + 60_000, young.runId)
    raw.close()
    const next = openBackend(test.profileDir)
    const folderOf = ({ runId }: RunRecord) => join(test.profileDir, 'runs', runId)
    while ((await trashOf(next)).includes(old.runId)) await new Promise((wait) => setTimeout(wait, 10))
    expect(existsSync(folderOf(old))).toBe(false)
    expect(await trashOf(next)).toEqual([young.runId])
    expect(existsSync(folderOf(young))).toBe(true)
  })

  it('leaves nothing of an emptied conversation in the database or its log', async () => {
    const test = openBackend()
    const { corpusId } = await test.importSample()
    const { runId } = await startRun(test, corpusId)
    await test.runState(runId, 'done')
    const { conversationId } = await test.request('talk.create', { runId })
    const prompt = 'the secret of the mill'
    const sampling = { temperature: 1, topK: 0, topP: 1, maxTokens: 1, seed: 1, stop: [] }
    await test.request('talk.generate', { conversationId, runId, checkpoint: 'last', prompt, sampling })
    await test.seen((e): e is never => e.topic === 'generation' && e.kind === 'end')
    const places = () =>
      readdirSync(test.profileDir).filter(
        (name) => name.startsWith('homegrown.db') && readFileSync(join(test.profileDir, name)).includes(prompt),
      )
    expect(places()).not.toEqual([])
    await test.request('talk.delete', { conversationId })
    await test.request('trash.empty', { ids: null })
    expect(places()).toEqual([])
  })
})

describe('a run whose text is deleted', () => {
  it('goes on, from the trash and without it', async () => {
    const test = openBackend()
    const { corpusId } = await test.importSample()
    const { runId } = await pausedRun(test, corpusId)
    await test.request('corpora.delete', { corpusId })
    await test.request('runs.resume', { runId })
    await test.runState(runId, 'running')
    await test.request('runs.pause', { runId })
    await test.runState(runId, 'paused')
    expect(await test.request('trash.empty', { ids: [corpusId] })).toEqual({ removed: 1, left: 0 })
    await test.request('runs.resume', { runId })
    expect((await test.runState(runId, 'done')).step).toBe(60)
  })

  it('keeps its tokens in the space that they took already', async () => {
    const test = openBackend()
    const { corpusId } = await test.importSample()
    const { runId } = await pausedRun(test, corpusId)
    const tokenized = join(test.profileDir, 'corpora', corpusId, 'tokenized')
    const [dir = ''] = readdirSync(tokenized).map((name) => join(tokenized, name))
    const own = join(test.profileDir, 'runs', runId)
    for (const file of ['train.bin', 'val.bin']) {
      expect(statSync(join(own, file)).ino).toBe(statSync(join(dir, file)).ino)
    }
    expect(readdirSync(own).filter((name) => name.endsWith('.tmp'))).toEqual([])
    // What both have is freed with the last of them.
    writeFileSync(join(dir, 'train.bin'), 'x'.repeat(5000))
    await test.request('corpora.delete', { corpusId })
    const alone = await test.request('trash.list', {})
    await test.request('runs.delete', { runId })
    const both = await test.request('trash.list', {})
    expect(both.sizeBytes - alone.sizeBytes).toBeGreaterThan(5000)
    const [of = 0] = both.items.filter(({ id }) => id === corpusId).map(({ sizeBytes }) => sizeBytes)
    expect(of).toBe(alone.sizeBytes)
  })

  it('gets its tokens when the trash is emptied, where it never had any', async () => {
    const test = openBackend()
    const { corpusId } = await test.importSample()
    const first = await startRun(test, corpusId, { samplePrompt: 'slowly', maxSteps: 1000 })
    const { runId } = await startRun(test, corpusId, { vocabSize: 300 })
    await test.runState(first.runId, 'running')
    await test.request('corpora.delete', { corpusId })
    // It waits in the queue and needs the text: that stays.
    expect(await test.request('trash.empty', { ids: null })).toEqual({ removed: 0, left: 1 })
    await test.request('runs.pause', { runId })
    await test.request('runs.stop', { runId: first.runId })
    await test.runState(first.runId, 'stopped')
    await test.runState(runId, 'paused')
    expect(await test.request('trash.empty', { ids: null })).toEqual({ removed: 1, left: 0 })
    await test.request('runs.resume', { runId })
    await test.runState(runId, 'done')
  })

  it('is served by the same content, imported again, and by nothing else', async () => {
    const test = openBackend()
    const folder = temporaryFolder()
    const [path, other] = [join(folder, 'a.txt'), join(folder, 'b.txt')]
    writeFileSync(path, 'a text of some length. '.repeat(1000))
    writeFileSync(other, 'another one of the same. '.repeat(1000))
    const corpusId = await importFile(test, path)
    const { runId } = await pausedRun(test, corpusId)
    // As an earlier version left it: without tokens of its own, its text gone for good.
    await test.request('corpora.delete', { corpusId })
    await test.request('trash.empty', { ids: null })
    for (const file of ['train.bin', 'val.bin']) rmSync(join(test.profileDir, 'runs', runId, file))
    const missing = { code: 'run.textMissing', params: { name: 'a.txt' } }
    await expect(test.request('runs.resume', { runId })).rejects.toEqual(missing)
    await importFile(test, other)
    await expect(test.request('runs.resume', { runId })).rejects.toEqual(missing)
    await importFile(test, path)
    await test.request('runs.resume', { runId })
    expect((await test.runState(runId, 'done')).step).toBe(60)
  })

  it('of an earlier version is served by a text of the same name where that makes the same tokens', async () => {
    const test = openBackend()
    const { corpusId } = await test.importSample()
    const { runId } = await pausedRun(test, corpusId)
    await test.request('corpora.delete', { corpusId })
    await test.request('trash.empty', { ids: null })
    const raw = new Sqlite(join(test.profileDir, 'homegrown.db'))
    raw.exec('UPDATE runs SET source_hash = NULL')
    const runDir = join(test.profileDir, 'runs', runId)
    rmSync(join(runDir, 'train.bin'))
    await test.importSample()
    const { train_tokens: tokens } = raw.prepare('SELECT train_tokens FROM runs').get() as { train_tokens: number }
    raw.exec('UPDATE runs SET train_tokens = 7')
    await test.request('runs.resume', { runId })
    expect((await test.runState(runId, 'failed')).error?.code).toBe('run.textMissing')
    raw.exec(`UPDATE runs SET train_tokens = ${tokens}`)
    raw.close()
    await test.request('runs.resume', { runId })
    await test.runState(runId, 'done')
  })
})

describe('a conversation whose model is deleted', () => {
  it('says so and goes on with another one only when asked', async () => {
    const test = openBackend()
    const { corpusId } = await test.importSample()
    const [own, other] = [await startRun(test, corpusId), await startRun(test, corpusId)]
    await test.runState(other.runId, 'done')
    const { conversationId } = await test.request('talk.create', { runId: own.runId })
    const conversation = async () => (await test.request('talk.get', { conversationId })).conversation
    expect(await conversation()).toMatchObject({ runId: own.runId, deletedModel: null })
    await test.request('runs.delete', { runId: own.runId })
    expect(await conversation()).toMatchObject({ runId: own.runId, deletedModel: own.name })

    const sampling = { temperature: 1, topK: 0, topP: 1, maxTokens: 1, seed: 1, stop: [] }
    const ask = { conversationId, checkpoint: 'last', prompt: 'a', sampling } as const
    const refused = { code: 'conversation.modelDeleted', params: { name: own.name } }
    await expect(test.request('talk.generate', { ...ask, runId: own.runId })).rejects.toEqual(refused)
    await expect(test.request('talk.generate', { ...ask, runId: other.runId })).rejects.toEqual(refused)

    // Gone for good, its name stays.
    await test.request('trash.empty', { ids: null })
    expect(await conversation()).toMatchObject({ runId: null, deletedModel: own.name })
    await expect(test.request('talk.generate', { ...ask, runId: other.runId })).rejects.toEqual(refused)
    await test.request('talk.generate', { ...ask, runId: other.runId, withAnother: true })
    expect(await conversation()).toMatchObject({ runId: other.runId, deletedModel: null })
  })
})
