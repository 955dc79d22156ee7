import Sqlite from 'better-sqlite3'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { identityOf } from '../../../src-main/backend/jobs/process-identity'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { RunRecord } from '../../../src-preload/contract/records/runs'
import { openBackend, type TestBackend } from './backend'

async function startRun(test: TestBackend, change: Partial<RunConfig> = {}): Promise<RunRecord> {
  const corpus = (await test.request('corpora.list', {}))[0] ?? (await test.importSample())
  const choice = { model: 'gpt', size: 'tiny', length: 'quick' } as const
  const { config } = await test.request('runs.plan', { corpusId: corpus.corpusId, choice, overrides: change })
  return await test.request('runs.start', { corpusId: corpus.corpusId, config })
}
const short = { maxSteps: 60, warmupSteps: 0 }
const slow = { maxSteps: 1000, samplePrompt: 'slowly' }
const steps = async (test: TestBackend, runId: string): Promise<number[]> => {
  const { steps: rows } = await test.request('runs.curves', { runId, maxPoints: 4000 })
  return rows.map((row) => row.step)
}
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1)

describe('settings that the table does not know', () => {
  it.each([
    ['tokenizer', 'word', 'bpe'],
    ['compile', 'fast', 'auto'],
    ['model', 'bert', 'gpt'],
    ['precision', 'half', 'auto'],
  ])('%s=%s: no plan without saying so, and no start', async (field, value, nearest) => {
    const test = openBackend()
    const { corpusId } = await test.importSample()
    const { runs } = test.backend.services
    const overrides = { [field]: value } as Partial<RunConfig>
    const choice = { model: 'gpt', size: 'tiny', length: 'quick' } as const
    const { config, summary, problems } = runs.plan({ corpusId, choice, overrides })
    expect(summary.memoryBytes).toBeGreaterThan(0)
    expect(problems).toMatchObject([{ field, error: { code: 'config.notAnOption' }, fix: { [field]: nearest } }])
    await expect(runs.start({ corpusId, config })).rejects.toThrow('config.notAnOption')
    expect((await test.request('runs.list', { since: 0 })).runs).toEqual([])
  })
})

describe('a run', () => {
  it('trains to its end', async () => {
    const test = openBackend()
    const { runId } = await startRun(test, short)
    const done = await test.runState(runId, 'done')
    expect(done).toMatchObject({ step: 60, maxSteps: 60, bestValLossNats: 0.1, engine: 'wasm', error: null })
    expect(done.checkpoints).toMatchObject([{ kind: 'last', step: 60 }])
    expect(await steps(test, runId)).toEqual(upTo(60))
    const states = test.events.flatMap((e) => (e.topic === 'run' && e.kind === 'state' ? [e.run.state] : []))
    expect(states[0]).toBe('queued')
    expect(states.at(-1)).toBe('done')
  })

  it('has a name of its own when nobody gives it one: the text, and a number', async () => {
    const test = openBackend()
    const names: string[] = []
    for (const model of ['llama', 'gpt', 'llama'] as const) {
      const { runId, name } = await startRun(test, { ...short, model })
      names.push(name)
      await test.runState(runId, 'done')
    }
    expect(names).toEqual(['en', 'en 2', 'en 3'])
  })

  it('pauses with its state saved, and resumes as if nothing had happened', async () => {
    const test = openBackend()
    const { runId } = await startRun(test, { ...slow, maxSteps: 40 })
    await test.seen((e): e is never => e.topic === 'run' && e.kind === 'steps')
    await test.request('runs.pause', { runId })
    const paused = await test.runState(runId, 'paused')
    expect(paused.checkpoints).toMatchObject([{ kind: 'last', step: paused.step }])
    expect(await test.request('runs.resume', { runId })).toMatchObject({ state: 'queued' })
    await test.runState(runId, 'done')
    expect(await steps(test, runId)).toEqual(upTo(40))
  })

  it('that is killed is failed, with the reason, and can be resumed', async () => {
    const test = openBackend()
    const { runId } = await startRun(test, { ...short, samplePrompt: 'dies at 30' })
    const failed = await test.runState(runId, 'failed')
    expect(failed.error).toEqual({ code: 'job.killed', params: { signal: 'SIGKILL' } })
    expect(failed.checkpoints).toMatchObject([{ step: 25 }])
    await test.request('runs.resume', { runId })
    await test.runState(runId, 'failed') // it dies at 30 again: the fixture is stubborn
    expect((await steps(test, runId)).slice(0, 25)).toEqual(upTo(25))
  })

  it('that went off course goes on with less of its learning rate each time that it is resumed, and says so', async () => {
    const test = openBackend()
    const { runId } = await startRun(test, { ...short, samplePrompt: 'diverges at 30' })
    const failed = await test.runState(runId, 'failed')
    expect(failed.error).toEqual({ code: 'training.diverged', params: { step: 30 } })
    const factors: number[] = []
    for (let i = 0; i < 2; i++) {
      await test.request('runs.resume', { runId })
      await test.runState(runId, 'failed') // stubborn again
      const { rollbacks } = await test.request('runs.get', { runId })
      expect(rollbacks.at(-1)).toMatchObject({ step: 30, toStep: 25, accumulation: null })
      factors.push(...rollbacks.slice(factors.length).map(({ learningRateFactor }) => learningRateFactor))
      const { steps: rows } = await test.request('runs.curves', { runId, maxPoints: 4000 })
      expect(rows.at(-1)?.learningRate).toBeCloseTo(1e-3 * (factors.at(-1) ?? NaN), 12)
    }
    expect(factors).toEqual([expect.closeTo(1 / 3, 12), expect.closeTo(1 / 9, 12)])
  })

  it('that is killed before anything was saved begins again when it is resumed', async () => {
    const test = openBackend()
    const { runId } = await startRun(test, { ...short, samplePrompt: 'dies at 5' })
    expect((await test.runState(runId, 'failed')).checkpoints).toEqual([])
    expect(await test.request('runs.resume', { runId })).toMatchObject({ state: 'queued' })
    await test.runState(runId, 'failed') // stubborn again
    const rows = await steps(test, runId)
    expect(rows).toEqual(upTo(rows.length))
  })

  it('waits while another trains, and can be taken out of the queue', async () => {
    const test = openBackend()
    const first = await startRun(test, slow)
    const second = await startRun(test, short)
    const third = await startRun(test, short)
    await test.runState(first.runId, 'running')
    expect(await test.runState(second.runId, 'queued')).toBeDefined()
    expect(await test.request('runs.pause', { runId: third.runId })).toMatchObject({ state: 'paused' })
    await test.request('runs.stop', { runId: first.runId })
    await test.runState(first.runId, 'stopped')
    await test.runState(second.runId, 'done')
    expect((await test.request('runs.get', { runId: third.runId })).run.state).toBe('paused')
    await test.request('runs.resume', { runId: third.runId })
    await test.runState(third.runId, 'done')
  })

  it('refuses what its state does not allow', async () => {
    const test = openBackend()
    const { runId } = await startRun(test, slow)
    await expect(test.request('runs.resume', { runId })).rejects.toMatchObject({ code: 'run.active' })
    await test.runState(runId, 'running')
    await test.request('runs.stop', { runId })
    await test.runState(runId, 'stopped')
    await expect(test.request('runs.stop', { runId })).rejects.toMatchObject({ code: 'run.notActive' })
    await expect(test.request('runs.pause', { runId })).rejects.toMatchObject({ code: 'run.notActive' })
    const done = await startRun(test, short)
    await test.runState(done.runId, 'done')
    await expect(test.request('runs.resume', { runId: done.runId })).rejects.toMatchObject({
      code: 'run.notResumable',
    })
  })

  it('that is deleted while it trains is stopped, and comes back whole', async () => {
    const test = openBackend()
    const { runId } = await startRun(test, slow)
    await test.seen((e): e is never => e.topic === 'run' && e.kind === 'steps')
    await test.request('runs.delete', { runId })
    expect((await test.request('runs.list', { since: 0 })).runs).toEqual([])
    await expect(test.request('runs.get', { runId })).rejects.toMatchObject({ code: 'run.notFound' })
    const restored = await test.request('runs.restore', { runId })
    expect(restored.state).toBe('stopped')
    expect(restored.checkpoints).toHaveLength(1)
    // Two ways back stand open, Undo and the trash: the second changes nothing.
    expect(await test.request('runs.restore', { runId })).toEqual(restored)
  })

  it('cannot start on a text that does not allow it', async () => {
    const test = openBackend()
    const corpus = await test.importSample()
    const choice = { model: 'gpt', size: 'tiny', length: 'quick' } as const
    const overrides = { vocabSize: 5000, nHead: 3 }
    const plan = await test.request('runs.plan', { corpusId: corpus.corpusId, choice, overrides })
    expect(plan.problems.map(({ error }) => error.code)).toEqual(['config.headsDoNotDivide', 'config.vocabTooLarge'])
    await expect(test.request('runs.start', { corpusId: corpus.corpusId, config: plan.config })).rejects.toMatchObject({
      code: 'config.headsDoNotDivide',
    })
    expect((await test.request('runs.list', { since: 0 })).runs).toEqual([])
  })

  it('is compared by the settings that differ', async () => {
    const test = openBackend()
    const a = await startRun(test, { ...short, seed: 1 })
    const b = await startRun(test, { ...short, seed: 2 })
    await test.runState(b.runId, 'done')
    const result = await test.request('runs.compare', { runIds: [a.runId, b.runId], maxPoints: 100 })
    expect(result.differences).toEqual([{ field: 'seed', values: [1, 2] }])
    expect(result.curves.map((curve) => curve.steps.length)).toEqual([60, 60])

    // By what computed it too: bits differ by that.
    const db = new Sqlite(join(test.profileDir, 'homegrown.db'))
    db.prepare("UPDATE tiers SET tier = 'graph' WHERE run_id = ?").run(b.runId)
    db.close()
    const again = await test.request('runs.compare', { runIds: [a.runId, b.runId], maxPoints: 100 })
    expect(again.differences.at(-1)).toMatchObject({
      field: 'usedWays',
      values: [/^1: eager /, /^1: graph /].map((way) => expect.stringMatching(way) as string),
    })
  })
})

describe('the next backend', () => {
  it('offers a run that was training when its backend died', async () => {
    const test = openBackend()
    const { runId } = await startRun(test, short)
    await test.runState(runId, 'done')
    await test.backend.close()
    // As a kill leaves it: running, owned by a process that is no more.
    const raw = new Sqlite(join(test.profileDir, 'homegrown.db'))
    raw.exec(`UPDATE runs SET state = 'running', owner_pid = 999999, owner_token = '1'`)
    raw.exec('DELETE FROM checkpoints')
    raw.close()

    const next = openBackend(test.profileDir)
    const { run } = await next.request('runs.get', { runId })
    expect(run.state).toBe('interrupted')
    // Its row was lost, its file was not.
    expect(run.checkpoints).toMatchObject([{ kind: 'last', step: 60 }])
  })

  it('notices that another process died on this profile, also when it has long started', async () => {
    const test = openBackend()
    const { corpusId } = await test.importSample()
    const { runId } = await startRun(test, short)
    await test.runState(runId, 'done')
    const half = join(test.profileDir, 'corpora', corpusId, 'text.txt.1-1.tmp')
    writeFileSync(half, 'half of a text')
    const raw = new Sqlite(join(test.profileDir, 'homegrown.db'))
    raw.exec(`UPDATE runs SET state = 'running', owner_pid = 999999, owner_token = '1'`)
    raw.exec(`UPDATE corpora SET state = 'importing', owner_pid = 999999, owner_token = '1'
      WHERE corpus_id = '${corpusId}'`)
    raw.close()
    await test.runState(runId, 'interrupted')
    // Its last events may have been shown and not stored: a window must not take this one for one of them.
    const seqs = test.events.flatMap((e) => (e.topic === 'run' && e.kind === 'state' ? [e.seq] : []))
    expect((seqs.at(-1) ?? 0) - (seqs.at(-2) ?? 0)).toBeGreaterThan(1000)
    expect(await test.request('corpora.list', {})).toMatchObject([{ state: 'failed', error: { code: 'job.killed' } }])
    // A text that was never finished takes no space.
    while (existsSync(half)) await new Promise((wait) => setTimeout(wait, 10))
  })

  it('kills no process of which it is not sure that it was a job', async () => {
    const test = openBackend()
    const { runId } = await startRun(test, short)
    await test.runState(runId, 'done')
    await test.backend.close()
    const other = spawn('sleep', ['60'])
    onTestFinished(() => void other.kill())
    const ended = new Promise((resolve) => other.once('exit', resolve))
    // Its number may be another one's by now: nothing says when the job of that number started.
    const raw = new Sqlite(join(test.profileDir, 'homegrown.db'))
    raw.exec(`UPDATE runs SET state = 'running', owner_pid = 999999, owner_token = '1',
      job_pid = ${other.pid ?? 0}, job_token = ''`)
    raw.close()
    const next = openBackend(test.profileDir)
    expect((await next.request('runs.get', { runId })).run.state).toBe('interrupted')
    expect(await Promise.race([ended, new Promise((wait) => setTimeout(wait, 300, 'lives'))])).toBe('lives')
  })

  it('leaves a run alone that another living process trains, and can ask it to stop', async () => {
    const test = openBackend()
    const { runId } = await startRun(test, slow)
    await test.runState(runId, 'running')
    const other = openBackend(test.profileDir)
    expect((await other.request('runs.get', { runId })).run.state).toBe('running')
    await other.request('runs.pause', { runId })
    expect((await other.runState(runId, 'paused')).checkpoints).toHaveLength(1)
  })

  it('starts no run that another process is just starting', async () => {
    const test = openBackend()
    const { runId } = await startRun(test, slow)
    await test.seen((e): e is never => e.topic === 'run' && e.kind === 'steps')
    await test.request('runs.pause', { runId })
    await test.runState(runId, 'paused')
    // Commits half a second later what it has done to the run: meanwhile the run still looks paused.
    const { pid, token } = identityOf(process.pid)
    const other = spawn(process.execPath, [
      '--eval',
      `const db = require('better-sqlite3')(process.argv[1])
       db.exec("BEGIN IMMEDIATE; UPDATE runs SET state = 'queued', owner_pid = ${pid}, owner_token = '${token}'")
       console.log('claimed')
       setTimeout(() => db.exec('COMMIT'), 500)`,
      join(test.profileDir, 'homegrown.db'),
    ])
    onTestFinished(() => void other.kill())
    await new Promise((resolve) => other.stdout.once('data', resolve))
    await expect(test.request('runs.resume', { runId })).rejects.toMatchObject({ code: 'run.active' })
  })

  it('is heard about runs that wait in the queue of another living process', async () => {
    const test = openBackend()
    const first = await startRun(test, slow)
    await test.runState(first.runId, 'running')
    const [second, third] = [await startRun(test, short), await startRun(test, short)]
    const other = openBackend(test.profileDir)
    await other.request('runs.pause', { runId: second.runId })
    await other.request('runs.delete', { runId: third.runId })
    await test.request('runs.stop', { runId: first.runId })
    expect(await test.runState(second.runId, 'paused')).toMatchObject({ step: 0, startedAt: null })
    await other.request('runs.restore', { runId: third.runId })
    expect(await test.runState(third.runId, 'stopped')).toMatchObject({ step: 0, startedAt: null })
  })

  it('drops a checkpoint from the list when its files are gone', async () => {
    const test = openBackend()
    const { runId } = await startRun(test, slow)
    await test.seen((e): e is never => e.topic === 'run' && e.kind === 'steps')
    await test.request('runs.pause', { runId })
    await test.runState(runId, 'paused')
    rmSync(join(test.profileDir, 'runs', runId, 'checkpoints'), { recursive: true })
    const { conversationId } = await test.request('talk.create', { runId })
    const sampling = { temperature: 1, topK: 0, topP: 1, maxTokens: 5, seed: 1, stop: [] }
    const ask = { conversationId, runId, checkpoint: 'last', prompt: 'a', sampling } as const
    await expect(test.request('talk.generate', ask)).rejects.toMatchObject({ code: 'checkpoint.missing' })
  })

  it('removes for good what can be removed, whatever cannot', async ({ skip }) => {
    const test = openBackend()
    const ids: string[] = []
    for (let i = 0; i < 2; i++) ids.push((await startRun(test, { ...short, seed: i })).runId)
    for (const runId of ids) await test.runState(runId, 'done')
    await test.backend.close()
    const raw = new Sqlite(join(test.profileDir, 'homegrown.db'))
    raw.exec('UPDATE runs SET deleted_at = 1')
    const [stuck = '', other = ''] = raw
      .prepare('SELECT run_id FROM runs WHERE deleted_at < 2')
      .pluck()
      .all() as string[]
    const folderOf = (runId: string) => join(test.profileDir, 'runs', runId)
    // A mounted folder cannot be removed, not even by root.
    const mounted = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', join(folderOf(stuck), 'checkpoints')]).status === 0
    if (!mounted) skip('only root may mount a folder that cannot be removed')
    onTestFinished(() => void spawnSync('umount', [join(folderOf(stuck), 'checkpoints')]))
    const next = openBackend(test.profileDir)
    const left = () => raw.prepare('SELECT run_id FROM runs').pluck().all()
    // The row goes after the files.
    while (left().includes(other)) await new Promise((wait) => setTimeout(wait, 10))
    expect(existsSync(folderOf(other))).toBe(false)
    await next.backend.close()
    expect(left()).toEqual([stuck])
    raw.close()
  })

  it('saves what trains when it is closed', async () => {
    const test = openBackend()
    const { runId } = await startRun(test, slow)
    await test.seen((e): e is never => e.topic === 'run' && e.kind === 'steps')
    await test.backend.close()
    const next = openBackend(test.profileDir)
    const { run } = await next.request('runs.get', { runId })
    expect(run.state).toBe('paused')
    expect(run.checkpoints).toHaveLength(1)
  })
})
