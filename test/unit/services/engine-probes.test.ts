import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { closeDatabase, openDatabase } from '../../../src-main/backend/db/connection'
import { writeSettings } from '../../../src-main/backend/db/settings'
import { createSupervisor } from '../../../src-main/backend/jobs/supervisor'
import { profilePaths } from '../../../src-main/backend/services/context'
import { createEngineProbes } from '../../../src-main/backend/services/engine-probes'
import type { EngineId, EngineWish } from '../../../src-preload/contract/records/computer'
import { temporaryFolder } from '../temporary'

const noCard = ['cuda: says failed']

/** Real processes that behave as named (fixtures/jobs), on a profile that may be used again. */
function open(
  behaviours: readonly string[],
  {
    root = temporaryFolder(),
    limitMs = 60_000,
    engine = 'auto',
  }: { root?: string; limitMs?: number; engine?: EngineWish } = {},
) {
  const paths = profilePaths(root)
  const db = openDatabase(paths.database)
  const supervisor = createSupervisor({ jobEntry: resolve('test/fixtures/jobs/job.mjs') })
  onTestFinished(async () => {
    await supervisor.close(0)
    closeDatabase(db)
  })
  const started: [EngineId, boolean][] = []
  const jobs: typeof supervisor = {
    ...supervisor,
    start: (task, onEvent) => {
      if (task.kind === 'probe') started.push([task.engineOptions.engine as EngineId, task.measure])
      return supervisor.start(task, onEvent)
    },
  }
  const events: string[] = []
  const probes = createEngineProbes(
    {
      db,
      jobs,
      paths,
      engineOptions: { engine, tensorflowDirs: behaviours },
      emit: (event) => events.push(event.topic === 'changed' ? event.what : event.topic),
      log: (error) => events.push(error.code),
      now: () => 1234,
    },
    limitMs,
  )
  return {
    probes,
    db,
    root,
    started,
    events,
    measured: () => started.filter(([, measure]) => measure).map(([id]) => id),
  }
}

it('looks at each engine in a process of its own, once', async () => {
  const { probes, started } = open(noCard)
  const engines = await probes.look()
  expect(await probes.look()).toBe(engines)
  expect(started).toEqual([
    ['cuda', false],
    ['tensorflow', false],
    ['webgpu', false],
    ['wasm', false],
  ])
  expect(engines[0]).toMatchObject({
    available: false,
    problem: { code: 'engine.unavailable', params: { reason: 'test' } },
  })
  expect(engines[1]).toMatchObject({ available: true, version: '1', hardware: 'test', stepMs: null, problem: null })
})

it.each([
  ['kills itself', { code: 'engine.crashed', params: { signal: 'SIGKILL' } }],
  ['exits 7', { code: 'engine.crashed', params: { signal: 'exit 7' } }],
  ['never ends', { code: 'engine.noAnswer', params: { seconds: 3 } }],
])('one that %s is not available, with the reason, and the others are', async (behaviour, problem) => {
  const { probes } = open([...noCard, `tensorflow: ${behaviour}`], { limitMs: 3000 })
  const engines = await probes.look()
  expect(engines.map(({ available }) => available)).toEqual([false, false, true, true])
  expect(engines[1]?.problem).toEqual(problem)
  expect(await probes.choice()).toEqual({ order: ['webgpu', 'wasm'], reason: 'only' })
  expect(probes.optionsToTalk().order).toEqual([])
})

it('measures before a training where two engines are possible, and keeps the figures', async () => {
  const first = open([...noCard, 'webgpu: fast'])
  expect(await first.probes.choice()).toMatchObject({ reason: 'notMeasured' })
  expect((await first.probes.optionsFor('auto', null)).order).toEqual(['webgpu', 'tensorflow', 'wasm'])
  expect(first.measured()).toEqual(['tensorflow', 'webgpu'])
  expect(first.events).toEqual(['engines'])

  const later = open([...noCard, 'webgpu: fast'], { root: first.root })
  expect((await later.probes.optionsFor('auto', null)).order).toEqual(['webgpu', 'tensorflow', 'wasm'])
  expect(later.measured()).toEqual([])
  expect((await later.probes.look())[2]).toMatchObject({ stepMs: 5, measuredAt: 1234 })
})

it('measures again when the version is another', async () => {
  const first = open([...noCard, 'webgpu: fast'])
  await first.probes.measure()
  expect(first.measured()).toEqual(['tensorflow', 'webgpu', 'wasm'])
  const later = open([...noCard, 'webgpu: fast', 'tensorflow: is newer'], { root: first.root })
  expect((await later.probes.look())[1]?.stepMs).toBeNull()
  expect((await later.probes.optionsFor('auto', null)).order).toEqual(['tensorflow', 'webgpu', 'wasm'])
  expect(later.measured()).toEqual(['tensorflow', 'webgpu'])
})

it('does not use one that crashed while it was measured, until it is measured again', async () => {
  const first = open([...noCard, 'webgpu: kills itself when measured'])
  expect((await first.probes.optionsFor('auto', null)).order).toEqual(['tensorflow', 'wasm'])
  const problem = { code: 'engine.crashed', params: { signal: 'SIGKILL' } }
  expect((await first.probes.look())[2]).toMatchObject({ available: false, problem })

  const later = open([...noCard, 'webgpu: fast'], { root: first.root })
  expect((await later.probes.look())[2]).toMatchObject({ available: false, version: '1', problem })
  await later.probes.measure()
  expect((await later.probes.look())[2]).toMatchObject({ available: true, stepMs: 5, problem: null })
})

it.each(['', '{"webgpu":{"stepMs":-1}}', '[1'])('takes a damaged file of figures for none: %s', async (content) => {
  const { probes, root } = open([...noCard, 'webgpu: fast'])
  const file = join(root, 'engines.json')
  writeFileSync(file, content)
  expect((await probes.look())[2]).toMatchObject({ available: true, stepMs: null })
  await probes.measure()
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
    webgpu: { stepMs: 5, version: '1', hardware: 'test' },
  })
})

it('measures nothing where only one engine is possible', async () => {
  const { probes, measured } = open([...noCard, 'webgpu: says failed'])
  expect((await probes.optionsFor('auto', null)).order).toEqual(['tensorflow', 'wasm'])
  expect(measured()).toEqual([])
})

it('follows the run, then the run as it was, then the settings; the environment before all of them', async () => {
  const { probes, db } = open([...noCard, 'webgpu: fast'])
  writeSettings(db, { engine: 'wasm' })
  expect((await probes.optionsFor('auto', null)).order).toEqual(['wasm', 'webgpu', 'tensorflow'])
  expect((await probes.optionsFor('auto', 'tensorflow')).order).toEqual(['tensorflow', 'webgpu', 'wasm'])
  expect(await probes.optionsFor('webgpu', 'tensorflow')).toMatchObject({ engine: 'webgpu' })
  expect(probes.optionsToTalk()).toMatchObject({ engine: 'auto', order: ['wasm', 'tensorflow'] })
  writeSettings(db, { engine: 'cuda' })
  expect((await probes.optionsFor('auto', null)).order).toEqual(['webgpu', 'tensorflow', 'wasm'])
  expect((await probes.optionsFor('auto', 'cuda')).order).toEqual(['webgpu', 'tensorflow', 'wasm'])

  const forced = open(noCard, { engine: 'wasm' })
  expect(await forced.probes.optionsFor('tensorflow', 'tensorflow')).toMatchObject({ engine: 'wasm' })
})

it('looks before a run only where that decides what computes it', async () => {
  const fixed = open(noCard, { engine: 'wasm' })
  await fixed.probes.lookFor('auto')
  expect(fixed.started).toEqual([])
  const free = open(noCard)
  await free.probes.lookFor('tensorflow')
  expect(free.started).toEqual([])
  await free.probes.lookFor('auto')
  await free.probes.lookFor('auto')
  expect(free.started).toHaveLength(4)
})

it('a run that goes on keeps its engine, and only that one is looked at', async () => {
  const { probes, db, started } = open([...noCard, 'webgpu: fast'])
  writeSettings(db, { engine: 'wasm' })
  probes.prepareFor('auto', 'webgpu')
  expect((await probes.optionsFor('auto', 'webgpu')).order).toEqual(['webgpu', 'wasm'])
  expect(started).toEqual([['webgpu', false]])
  // Who has looked at all knows more to fall back on, and asks nobody again.
  await probes.look()
  started.length = 0
  expect((await probes.optionsFor('auto', 'webgpu')).order).toEqual(['webgpu', 'tensorflow', 'wasm'])
  expect(started).toEqual([])
})

it('a run whose engine is gone goes on with what a new one would get', async () => {
  const { probes, started, measured } = open([...noCard, 'webgpu: says failed'])
  expect((await probes.optionsFor('auto', 'webgpu')).order).toEqual(['tensorflow', 'wasm'])
  expect(started.map(([id]) => id)).toEqual(['webgpu', 'cuda', 'tensorflow', 'webgpu', 'wasm'])
  expect(measured()).toEqual([])
  // Installed again meanwhile: asked anew.
  probes.forget()
  started.length = 0
  await probes.optionsFor('auto', 'tensorflow')
  expect(started).toEqual([['tensorflow', false]])
})
