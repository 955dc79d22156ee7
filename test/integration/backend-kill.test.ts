import Sqlite from 'better-sqlite3'
import { randomInt } from 'node:crypto'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import type { AppEvent } from '../../src-preload/contract/events'
import type { StepRow } from '../../src-preload/contract/records/curves'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { openCheckpoint, statesToResume } from '../../src-main/engine/checkpoint'
import { migrations } from '../../src-main/backend/db/migrations/all'
import { startBackendProcess, temporaryProfile, type BackendProcess } from './backend-process'

const kills = 10

/** Small enough to log hundreds of steps between two kills; one tier, so that a resumed run repeats every bit. */
const small: Partial<RunConfig> = {
  nLayer: 1,
  nHead: 2,
  nEmbd: 32,
  blockSize: 32,
  batchSize: 4,
  dropout: 0.1,
  maxSteps: 1_000_000,
  patience: 0,
  warmupSteps: 10,
  logInterval: 5,
  evalInterval: 100,
  evalBatches: 2,
  sampleInterval: 0,
  checkpointMinutes: 0.1,
  engine: 'tensorflow',
  compile: 'graph',
  precision: 'float32',
}

async function importText(backend: BackendProcess): Promise<string> {
  const ready = backend.next((e) => e.topic === 'corpus' && e.kind === 'state' && e.corpus.state !== 'importing')
  const path = resolve('resources/sample/en.txt')
  const { corpusId } = await backend.request('corpora.import', { sources: [{ kind: 'path', path }] })
  expect(await ready).toMatchObject({ corpus: { state: 'ready' } })
  return corpusId
}

async function startRun(backend: BackendProcess, corpusId: string, change: Partial<RunConfig>): Promise<string> {
  const choice = { model: 'gpt', size: 'tiny', length: 'quick' } as const
  const plan = await backend.request('runs.plan', { corpusId, choice, overrides: { ...small, ...change } })
  expect(plan.problems).toEqual([])
  return (await backend.request('runs.start', { corpusId, config: plan.config })).runId
}

type Row = Pick<StepRow, 'seq' | 'step' | 'lossNats'>

/** What the database file says, read beside the backend or after its death. */
function database(profileDir: string) {
  const raw = new Sqlite(join(profileDir, 'homegrown.db'))
  try {
    expect(raw.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(raw.pragma('foreign_key_check')).toEqual([])
    const steps = raw.prepare('SELECT seq, step, loss_nats AS lossNats FROM steps ORDER BY seq').all() as Row[]
    const { pid } = raw.prepare('SELECT job_pid AS pid FROM runs').get() as { pid: number | null }
    return { steps, jobPid: pid }
  } finally {
    raw.close()
  }
}

async function stop(backend: BackendProcess, runId: string): Promise<void> {
  const stopped = backend.next(
    (e) => e.topic === 'run' && e.runId === runId && e.kind === 'state' && e.run.state === 'stopped',
  )
  await backend.request('runs.stop', { runId })
  await stopped
}

const shownSteps = (events: readonly AppEvent[]): Row[] =>
  events
    .flatMap((e) => (e.topic === 'run' && e.kind === 'steps' ? e.rows : []))
    .map(({ seq, step, lossNats }) => ({ seq, step, lossNats }))

const shownCheckpoint = (events: readonly AppEvent[]): number =>
  Math.max(
    0,
    ...events.map((e) =>
      e.topic === 'run' && e.kind === 'checkpoint' && e.checkpoint.kind === 'last' ? e.checkpoint.step : 0,
    ),
  )

it(`${kills} times kill -9 of job or backend while training: nothing shown is lost, and the curve is that of an undisturbed run`, async () => {
  const profileDir = temporaryProfile()
  let backend = startBackendProcess(profileDir)
  const corpusId = await importText(backend)
  const runId = await startRun(backend, corpusId, {})
  const losses = new Map<number, number>()
  let lastSeq = 0
  let newestCheckpoint = 0

  for (let kill = 1; kill <= kills; kill++) {
    const first = await backend.next((e) => e.topic === 'run' && e.kind === 'steps')
    // The run goes on from its newest saved state, not before it.
    const firstStep = first.topic === 'run' && first.kind === 'steps' ? (first.rows[0]?.step ?? 0) : 0
    expect(firstStep).toBeGreaterThan(newestCheckpoint)
    // Numbers rise for the life of the run: no window takes a new event for one that it has seen.
    expect(first).toMatchObject({ seq: expect.any(Number) as number })
    expect(first.topic === 'run' ? first.seq : 0).toBeGreaterThan(lastSeq)
    await new Promise((wait) => setTimeout(wait, randomInt(0, kill % 3 === 0 ? 9000 : 2000)))

    const killBackend = kill % 2 === 0
    if (killBackend) {
      backend.child.kill('SIGKILL')
      await backend.gone
    } else {
      const failed = backend.next((e) => e.topic === 'run' && e.kind === 'state' && e.run.state === 'failed')
      const { jobPid } = database(profileDir)
      expect(jobPid).not.toBeNull()
      process.kill(jobPid ?? 0, 'SIGKILL')
      expect(await failed).toMatchObject({ run: { error: { code: 'job.killed', params: { signal: 'SIGKILL' } } } })
    }

    // Everything that was shown is stored, under the same number and with the same loss.
    const shown = shownSteps(backend.events)
    const { steps } = database(profileDir)
    const stored = new Map(steps.map((row) => [row.seq, row]))
    for (const row of shown) expect(stored.get(row.seq)).toEqual(row)
    // The curve has each step once, in order, and all that were to be logged; a step computed again has the same bits.
    const logged = steps.map(({ step }) => step)
    expect(logged).toEqual([...new Set(logged)].sort((a, b) => a - b))
    const regular = logged.filter((step) => step % 5 === 0)
    expect(regular).toEqual(regular.map((__, i) => (i + 1) * 5))
    for (const { step, lossNats } of steps) {
      const before = losses.get(step)
      if (before !== undefined) expect(lossNats).toBe(before)
      losses.set(step, lossNats)
    }
    lastSeq = Math.max(lastSeq, ...backend.events.map((e) => (e.topic === 'run' ? e.seq : 0)))
    newestCheckpoint = Math.max(newestCheckpoint, shownCheckpoint(backend.events))

    // Whatever it was doing: what it would go on from is whole.
    const states = await statesToResume(join(profileDir, 'runs', runId), false)
    for (const dir of states) await openCheckpoint(dir)
    if (newestCheckpoint > 0) expect(states.length).toBeGreaterThan(0)

    if (killBackend) backend = startBackendProcess(profileDir)
    const { run } = await backend.request('runs.get', { runId })
    expect(run.state).toBe(killBackend ? 'interrupted' : 'failed')
    const last = run.checkpoints.find(({ kind }) => kind === 'last')
    expect(last?.step ?? 0).toBeGreaterThanOrEqual(newestCheckpoint)
    newestCheckpoint = last?.step ?? 0
    backend.events.length = 0
    await backend.request('runs.resume', { runId })
  }
  await backend.next((e) => e.topic === 'run' && e.kind === 'steps')
  await stop(backend, runId)
  for (const { step, lossNats } of database(profileDir).steps) losses.set(step, lossNats)

  const undisturbed = await startRun(backend, corpusId, { maxSteps: 1_000_000 })
  const enough = Math.min(1000, Math.max(...losses.keys()))
  await backend.next(
    (e) => e.topic === 'run' && e.runId === undisturbed && e.kind === 'steps' && (e.rows.at(-1)?.step ?? 0) >= enough,
  )
  await stop(backend, undisturbed)
  const control = shownSteps(backend.events.filter((e) => e.topic === 'run' && e.runId === undisturbed))
  const common = control.filter(({ step }) => losses.has(step))
  expect(common.length).toBeGreaterThan(0)
  for (const { step, lossNats } of common) expect(losses.get(step), `step ${step}`).toBe(lossNats)
}, 600_000)

it('a backend whose shell is gone saves the training, ends the job and itself', async () => {
  const profileDir = temporaryProfile()
  const backend = startBackendProcess(profileDir)
  const runId = await startRun(backend, await importText(backend), {})
  await backend.next((e) => e.topic === 'run' && e.kind === 'steps')
  const { jobPid } = database(profileDir)
  backend.child.disconnect()
  await backend.gone
  expect(() => process.kill(jobPid ?? 0, 0)).toThrow()

  const next = startBackendProcess(profileDir)
  const { run } = await next.request('runs.get', { runId })
  expect(run).toMatchObject({ state: 'paused', error: null })
  expect(run.checkpoints).toContainEqual(expect.objectContaining({ kind: 'last', step: run.step }))
})

it('a database of a newer program is told to every request', async () => {
  const profileDir = temporaryProfile()
  const raw = new Sqlite(join(profileDir, 'homegrown.db'))
  raw.pragma('user_version = 999')
  raw.close()
  const backend = startBackendProcess(profileDir)
  await expect(backend.request('runs.list', { since: 0 })).rejects.toEqual({
    code: 'database.newer',
    params: { found: 999, known: migrations.at(-1)?.version },
  })
})
