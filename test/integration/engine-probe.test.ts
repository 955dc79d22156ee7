import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { closeDatabase, openDatabase } from '../../src-main/backend/db/connection'
import { createSupervisor } from '../../src-main/backend/jobs/supervisor'
import { profilePaths } from '../../src-main/backend/services/context'
import { createEngineProbes } from '../../src-main/backend/services/engine-probes'
import { built } from '../built'
import { tensorflowDir } from '../tensorflow-dir'
import { temporaryProfile } from './backend-process'
import { useSoftwareCard } from './vulkan'

/** The real engines in the built job program. */
function open(tensorflowDirs: readonly string[], runtimeDir?: string) {
  const paths = profilePaths(temporaryProfile())
  const db = openDatabase(paths.database)
  const jobs = createSupervisor({ jobEntry: built('job.cjs') })
  onTestFinished(async () => {
    await jobs.close(0)
    closeDatabase(db)
  })
  const engineOptions = { engine: 'auto', tensorflowDirs, ...(runtimeDir === undefined ? {} : { runtimeDir }) } as const
  const quiet = { emit: () => undefined, log: () => undefined, now: Date.now }
  return createEngineProbes({ db, jobs, paths, engineOptions, ...quiet })
}

describe('without a graphics card', () => {
  it('TensorFlow is what automatic uses; it and WASM are measured', async () => {
    const probes = open([tensorflowDir()])
    await probes.measure()
    const [, tensorflow, webgpu, wasm] = await probes.look()
    expect(tensorflow).toMatchObject({ available: true, version: expect.stringMatching(/^2\./) as string })
    expect(wasm).toMatchObject({ available: true, location: null, problem: null })
    process.stderr.write(`TensorFlow ${tensorflow?.stepMs ?? NaN} ms, WASM ${wasm?.stepMs ?? NaN} ms a step\n`)
    // The fast engine is no little faster: the measurement tells engines apart on a busy computer too.
    expect(tensorflow?.stepMs).toBeLessThan(wasm?.stepMs ?? 0)
    expect(tensorflow?.hardware).toMatch(/ × \d+$/)
    if (webgpu?.available === false) expect(await probes.choice()).toMatchObject({ reason: 'only' })
  })

  it.each([
    ['no library', () => undefined, { code: 'engine.unavailable' }],
    [
      'a file that is no library',
      (dir: string) => {
        writeFileSync(join(dir, 'libtensorflow_cc.so.2'), 'no library')
      },
      { code: 'engine.notLoadable' },
    ],
  ])('%s: the built-in engine is used, with the reason', async (_, fill, problem) => {
    const dir = join(temporaryProfile(), 'tensorflow')
    mkdirSync(dir)
    fill(dir)
    const probes = open([dir])
    const [cuda, tensorflow, webgpu] = await probes.look()
    expect(tensorflow).toMatchObject({ available: false, problem })
    if (cuda?.available === false && webgpu?.available === false) {
      expect(await probes.choice()).toEqual({ order: ['wasm'], reason: 'builtIn' })
    }
  })

  it('a half-installed one is not loaded', async () => {
    const runtimeDir = temporaryProfile()
    const dir = join(runtimeDir, 'tensorflow-cpu-2.21.0')
    mkdirSync(dir)
    writeFileSync(join(dir, 'libtensorflow_cc.so.2'), 'half of it')
    const [, tensorflow] = await open([dir], runtimeDir).look()
    expect(tensorflow?.problem).toMatchObject({ code: 'engine.damaged', params: { file: 'engine.json' } })
  })

  // A library whose constructor ends the process: what a driver that crashes looks like from here.
  it('a library that ends its process takes nothing along', async ({ skip }) => {
    const dir = temporaryProfile()
    const { spawnSync } = await import('node:child_process')
    const source = '#include <stdlib.h>\n__attribute__((constructor)) static void crash(void) { abort(); }\n'
    const file = join(dir, 'libtensorflow_cc.so.2')
    const { status } = spawnSync('cc', ['-shared', '-fPIC', '-x', 'c', '-', '-o', file], { input: source })
    if (status !== 0) skip('there is no C compiler (cc) to make a library that crashes')
    const [, tensorflow, , wasm] = await open([dir]).look()
    expect(tensorflow).toMatchObject({
      available: false,
      problem: { code: 'engine.crashed', params: { signal: 'SIGABRT' } },
    })
    expect(wasm?.available).toBe(true)
  })
})

const before = { ...process.env }
const card = useSoftwareCard()
const withCard = { ...process.env }
process.env = { ...before }

describe.skipIf(card === null)('with a card of software that a test allows', () => {
  beforeAll(() => {
    process.env = withCard
  })
  afterAll(() => {
    process.env = before
  })

  it('WebGPU and TensorFlow are both measured, and the faster one is what a run uses', async () => {
    const probes = open([tensorflowDir()])
    const { order } = await probes.optionsFor('auto', null)
    const [, tensorflow, webgpu] = await probes.look()
    expect(webgpu).toMatchObject({ available: true, hardware: expect.stringMatching(/\S/) as string, problem: null })
    process.stderr.write(`WebGPU ${webgpu?.stepMs ?? NaN} ms, TensorFlow ${tensorflow?.stepMs ?? NaN} ms a step\n`)
    const faster = (webgpu?.stepMs ?? NaN) < (tensorflow?.stepMs ?? NaN) ? 'webgpu' : 'tensorflow'
    expect(order?.filter((engine) => engine !== 'cuda')[0]).toBe(faster)
    expect(await probes.choice()).toMatchObject({ reason: order?.[0] === 'cuda' ? 'card' : 'faster' })
  })

  it('it is refused without that permission, with its name', async () => {
    delete process.env['HOMEGROWN_WEBGPU_SOFTWARE']
    const [, , webgpu] = await open([]).look()
    expect(webgpu?.problem).toMatchObject({
      code: 'gpu.software',
      params: { name: expect.stringMatching(/\S/) as string },
    })
    process.env['HOMEGROWN_WEBGPU_SOFTWARE'] = '1'
  })
})
