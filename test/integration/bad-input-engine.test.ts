import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import { expectClear, filesIn, openWorld, removeFolder, someText, temporaryProfile } from './bad-input-fixture'
import type { World } from './bad-input-fixture'
import { smallConfig } from './job-fixture'

let folder = ''
let world: World
let corpusId = ''
const library = () => join(folder, 'tensorflow')
const config = smallConfig({ tokenizer: 'char', nEmbd: 8, maxSteps: 6, evalInterval: 3, sampleInterval: 0 })

/** What lies where libtensorflow should be; nothing of it is held against the computer's real engines. */
const libraries = {
  'engine.unavailable': () => undefined,
  'engine.notLoadable': () => {
    mkdirSync(library())
    writeFileSync(join(library(), 'libtensorflow_cc.so.2'), 'no library')
  },
} as const
const codes = Object.keys(libraries) as (keyof typeof libraries)[]

beforeAll(async () => {
  folder = temporaryProfile()
  world = openWorld(join(folder, 'profile'), [library()])
  const path = join(folder, 'text.txt')
  writeFileSync(path, someText)
  corpusId = (await world.importPath(path)).corpusId
})
afterAll(async () => {
  await world.close()
  removeFolder(folder)
})

const trained = async (engine: 'auto' | 'tensorflow'): Promise<RunRecord> => {
  const { runId } = await world.request('runs.start', { corpusId, config: { ...config, engine } })
  return await world.reached(runId, 'failed', 'done')
}

it.each(codes)('%s: a run that names the engine says so; one that does not takes the next best', async (code) => {
  rmSync(library(), { recursive: true, force: true })
  libraries[code]()
  const texts = filesIn(join(world.profileDir, 'corpora'))
  const named = await trained('tensorflow')
  expect(named).toMatchObject({ state: 'failed', step: 0 })
  expectClear(named.error, code)
  expect(filesIn(join(world.profileDir, 'corpora'))).toEqual(expect.arrayContaining(texts))

  const { engines } = await world.request('system.info', {})
  const fast = engines.some(({ engine, available }) => available && (engine === 'cuda' || engine === 'webgpu'))
  const free = await trained('auto')
  expect(free).toMatchObject({ state: 'done', error: null, step: 6 })
  if (!fast) expect(free.engine).toBe('wasm')
  expect((await world.ask(free.runId, 'best')).error).toBeNull()
})
