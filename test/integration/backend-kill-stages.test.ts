import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import type { AppEvent } from '../../src-preload/contract/events'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { RunStage } from '../../src-preload/contract/records/runs'
import { startBackendProcess, temporaryProfile, type BackendProcess } from './backend-process'

const small: Partial<RunConfig> = {
  nLayer: 1,
  nHead: 2,
  nEmbd: 32,
  blockSize: 32,
  batchSize: 4,
  patience: 0,
  warmupSteps: 0,
  evalInterval: 100,
  evalBatches: 0,
  sampleInterval: 0,
  compile: 'graph',
}

async function startRun(backend: BackendProcess, corpusId: string, change: Partial<RunConfig>): Promise<string> {
  const choice = { model: 'gpt', size: 'tiny', length: 'quick' } as const
  const overrides = { ...small, ...change }
  const { config, problems } = await backend.request('runs.plan', { corpusId, choice, overrides })
  expect(problems).toEqual([])
  return (await backend.request('runs.start', { corpusId, config })).runId
}

const isStage = (runId: string, stage: RunStage) => (e: AppEvent) =>
  e.topic === 'run' && e.runId === runId && e.kind === 'stage' && e.stage === stage
const ended = (runId: string) => (e: AppEvent) =>
  e.topic === 'run' && e.runId === runId && e.kind === 'state' && e.run.state !== 'running' && e.run.state !== 'queued'

/** Programs of this profile that run, whoever their parent is by now: every process of ours has it in its environment. */
function processesOf(profileDir: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`HOMEGROWN_PROFILE=${profileDir}\0`)
    } catch {
      return false
    }
  })
}

it.skipIf(process.platform !== 'linux')(
  'kill -9 of the backend in each stage leaves no process, and the run goes on from where it was',
  async () => {
    const profileDir = temporaryProfile()
    let backend = startBackendProcess(profileDir)
    const path = resolve('resources/sample/en.txt')
    const ready = backend.next((e) => e.topic === 'corpus' && e.kind === 'state' && e.corpus.state === 'ready')
    const { corpusId } = await backend.request('corpora.import', { sources: [{ kind: 'path', path }] })
    await ready

    const stages: RunStage[] = ['tokenizing', 'compiling', 'training', 'evaluating', 'saving']
    for (const [i, stage] of stages.entries()) {
      // A vocabulary of its own, so that each has to tokenize; another run waits behind it.
      const killed = backend.next((e) => e.topic === 'run' && e.kind === 'stage' && e.stage === stage)
      const vocabSize = 300 + i
      const maxSteps = stage === 'saving' ? 1e6 : 200
      // A graph is compiled, and a small model saved, before the kill comes: 230 MB take long enough.
      const compile = stage === 'compiling' ? 'xla' : 'graph'
      const size = stage === 'saving' ? { nLayer: 6, nEmbd: 512 } : {}
      const runId = await startRun(backend, corpusId, { vocabSize, maxSteps, compile, ...size })
      const waits = await startRun(backend, corpusId, { vocabSize, maxSteps: 1 })
      if (stage === 'saving') {
        await backend.next(isStage(runId, 'training'))
        void backend.request('runs.pause', { runId })
      }
      await killed
      backend.child.kill('SIGKILL')
      await backend.gone
      while (processesOf(profileDir).length > 0) await new Promise((wait) => setTimeout(wait, 20))

      backend = startBackendProcess(profileDir)
      for (const id of [runId, waits]) {
        const { run } = await backend.request('runs.get', { runId: id })
        expect(run.state, stage).toBe('interrupted')
        const done = backend.next(ended(id))
        const training = backend.next(isStage(id, 'training'))
        await backend.request('runs.resume', { runId: id })
        if (id === runId && stage === 'saving') {
          await training
          await backend.request('runs.stop', { runId })
          expect(await done).toMatchObject({ run: { state: 'stopped' } })
        } else expect(await done, stage).toMatchObject({ run: { state: 'done', error: null } })
        const folder = join(profileDir, 'runs', id, 'checkpoints')
        expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
      }
      await backend.request('runs.delete', { runId })
      await backend.request('runs.delete', { runId: waits })
    }
  },
  300_000,
)
