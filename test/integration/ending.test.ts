import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openWorld, removeFolder, someText, temporaryProfile } from './bad-input-fixture'
import { smallConfig } from './job-fixture'

const silenceMs = 2500

/** Computed op by op in the job's own thread, its step takes several times as long as a job may give no sign of life. */
const large = smallConfig({
  engine: 'wasm',
  tokenizer: 'char',
  nLayer: 6,
  nHead: 4,
  nEmbd: 384,
  blockSize: 256,
  batchSize: 24,
  warmupSteps: 0,
  sampleInterval: 0,
})

it('a step that takes longer than anybody waits is no silence, and its run stops when it is told to', async () => {
  const folder = temporaryProfile()
  const world = openWorld(join(folder, 'profile'), [], { silenceMs, patience: { stepMs: 1000, savingMs: 60_000 } })
  onTestFinished(async () => {
    await world.close()
    removeFolder(folder)
  })
  const path = join(folder, 'river.txt')
  writeFileSync(path, someText)
  const { corpusId } = await world.importPath(path)
  const { runId } = await world.request('runs.start', { corpusId, config: large })
  await world.runEvent(runId, 'stage', ({ stage }) => stage === 'training')
  await new Promise((wait) => setTimeout(wait, 2 * silenceMs))
  expect((await world.request('runs.get', { runId })).run).toMatchObject({ state: 'running', step: 0, error: null })

  const asked = Date.now()
  expect(await world.request('runs.stop', { runId })).toMatchObject({ wish: { ending: 'stopped' } })
  expect(await world.reached(runId, 'stopped', 'failed')).toMatchObject({ state: 'stopped', step: 0, error: null })
  expect(Date.now() - asked).toBeLessThan(10_000)
})
