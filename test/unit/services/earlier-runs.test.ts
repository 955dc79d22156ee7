import Sqlite from 'better-sqlite3'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openBackend } from './backend'

/** What a version before Llama stored of a run: a kind of model that is gone, with fields that are gone. */
const modern = {
  ...{
    model: 'modern',
    positions: 'rotary',
    norm: 'rms',
    queryKeyNorm: 'on',
    activation: 'relu2',
    projectionStart: 'zero',
  },
  ...{ nLayer: 4, nHead: 4, nEmbd: 128, optimizer: 'muon', maxSteps: 60, warmupSteps: 0 },
}

it('a run of a kind of model that is gone can be looked at, duplicated and deleted, and says why nothing else', async () => {
  const test = openBackend()
  const { corpusId } = await test.importSample()
  const choice = { model: 'llama', size: 'tiny', length: 'quick' } as const
  const { config } = await test.request('runs.plan', { corpusId, choice, overrides: { maxSteps: 60, warmupSteps: 0 } })
  const { runId } = await test.request('runs.start', { corpusId, config })
  await test.runState(runId, 'done')
  const raw = new Sqlite(join(test.profileDir, 'homegrown.db'))
  raw
    .prepare("UPDATE runs SET model = 'modern', config_json = ?, state = 'interrupted', step = 40")
    .run(JSON.stringify(modern))
  raw.close()

  const { runs } = await test.request('runs.list', { since: 0 })
  expect(runs).toMatchObject([{ runId, model: 'modern' }])
  const detail = await test.request('runs.get', { runId })
  // What the form would duplicate is what takes its place; its own weights nobody knows any more.
  expect(detail.config).toMatchObject({ model: 'llama', nLayer: 4, nEmbd: 128, optimizer: 'muon' })
  expect(detail.choice.model).toBe('llama')
  expect(detail.summary).toMatchObject({ layers: [], parameterCount: detail.run.parameterCount })
  expect((await test.request('runs.curves', { runId, maxPoints: 100 })).steps).not.toEqual([])
  const again = await test.request('runs.plan', { corpusId, choice: detail.choice, overrides: detail.config })
  expect(again.problems).toEqual([])

  await expect(test.request('runs.resume', { runId })).rejects.toMatchObject({ code: 'run.earlierVersion' })
  await expect(test.request('runs.extend', { runId, steps: 10 })).rejects.toMatchObject({ code: 'run.earlierVersion' })
  const { conversationId } = await test.request('talk.create', { runId })
  const sampling = { temperature: 1, topK: 0, topP: 1, maxTokens: 5, stop: [], seed: 1 }
  const asked = { conversationId, runId, checkpoint: 'last', prompt: 'Once', sampling } as const
  await expect(test.request('talk.generate', asked)).rejects.toMatchObject({ code: 'run.earlierVersion' })
  await test.request('runs.delete', { runId })
  expect((await test.request('runs.list', { since: 0 })).runs).toEqual([])
})
