import { createHash } from 'node:crypto'
import { mkdtemp, readFile, readdir, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { JobEvent } from '../../src-main/backend/jobs/protocol'
import { engineOptions, eventsOf, runJob, sampleTokens, smallConfig, startJob, withTokens } from './job-fixture'

let root = ''
let tokenizedDir = ''

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'homegrown-programs-'))
  tokenizedDir = await sampleTokens(root)
})
afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

let runs = 0

/** A real training in a job of its own; tells what it told. */
function trained(runDir: string, change: Partial<RunConfig>, programsDir?: string): Promise<readonly JobEvent[]> {
  return runJob({
    kind: 'train',
    runDir: withTokens(runDir, tokenizedDir),
    config: smallConfig({ maxSteps: 6, evalInterval: 6, sampleInterval: 0, ...change }),
    resume: false,
    engineOptions: { ...engineOptions('tensorflow'), ...(programsDir === undefined ? {} : { programsDir }) },
  })
}

/** Loss and gradient norm of each step of one in XLA. */
async function curve(change: Partial<RunConfig>, programsDir?: string): Promise<number[][]> {
  const events = await trained(join(root, `run-${runs++}`), { ...change, compile: 'xla' }, programsDir)
  expect(eventsOf(events, 'tier')).toMatchObject([{ tier: 'xla' }])
  return eventsOf(events, 'step').map(({ lossNats, gradNorm }) => [lossNats, gradNorm])
}

/** Kept programs below `dir`, by their whole names; those in the jobs' own folders with `working`. */
async function programsIn(dir: string, working = false): Promise<string[]> {
  const names = await readdir(dir, { recursive: true })
  return names.filter((name) => name.includes('.pb') && name.startsWith('.work') === working).sort()
}

const sumOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** A step's gradient, and its update. */
const programsOfStep = 2

/** The paths of the kept programs: of as many as there should be, whose names tell the truth. */
async function wholePrograms(dir: string, count = programsOfStep): Promise<string[]> {
  const paths = (await programsIn(dir)).map((name) => join(dir, name))
  const isWhole = paths.map(async (path) => path.endsWith(`.pb.${sumOf(await readFile(path))}`))
  expect(await Promise.all(isWhole)).toEqual(Array.from({ length: count }, () => true))
  return paths
}

/** What is cheapest to compile. */
const lstm = { model: 'lstm' } as const
let lstmWithoutFolder: Promise<number[][]> | undefined
const expectedOfLstm = (): Promise<number[][]> => (lstmWithoutFolder ??= curve(lstm))

describe.each([
  // The name of a folder may hold whatever the parser of TensorFlow's flags takes for something else.
  ['gpt', 'it\'s "a\\ folder', { model: 'gpt' }, 1],
  // Two jobs that compile the same beside each other.
  ['lstm', 'lstm', lstm, 2],
  ['llama', '新 folder', { model: 'llama', optimizer: 'muon', precision: 'bfloat16' }, 1],
] as const)('programs of %s', (model, folder, change, jobs) => {
  it('are found by the next job, and compute the same bits', async () => {
    const dir = join(root, folder)
    const withoutFolder = model === 'lstm' ? expectedOfLstm() : curve(change)
    const keeping = Array.from({ length: jobs }, () => curve(change, dir))
    const [expected, ...found] = await Promise.all([withoutFolder, ...keeping])
    for (const one of found) expect(one).toEqual(expected)
    expect(await curve(change, dir)).toEqual(expected)
    const kept = await wholePrograms(dir)
    // What TensorFlow had compiled anew would lie there as another file of the same name.
    const given = (await programsIn(dir, true)).map((name) => join(dir, name))
    const inodesOf = async (paths: string[]): Promise<number[]> =>
      (await Promise.all(paths.map((path) => stat(path)))).map(({ ino }) => ino).sort((a, b) => a - b)
    expect(await inodesOf(given)).toEqual(await inodesOf(kept))
  })
})

describe('a damaged program', () => {
  const dir = () => join(root, 'lstm')
  let expected: number[][] = []
  beforeAll(async () => {
    expected = await curve(lstm, dir())
  })

  it.each(['a byte flipped', 'cut short', 'never finished'])('(%s) is removed, and the run goes on', async (how) => {
    const [path = ''] = await wholePrograms(dir())
    if (how === 'cut short') await truncate(path, (await stat(path)).size >> 1)
    if (how === 'never finished') await rename(path, path.replace(/\.[0-9a-f]+$/, ''))
    if (how === 'a byte flipped') {
      const bytes = await readFile(path)
      const middle = bytes.length >> 1
      bytes[middle] = (bytes[middle] ?? 0) ^ 1
      await writeFile(path, bytes)
    }
    expect(await curve(lstm, dir())).toEqual(expected)
    await wholePrograms(dir())
  })

  it('with the right sum, which TensorFlow cannot read, is forgotten, and the run goes on', async () => {
    const [path = ''] = await wholePrograms(dir())
    const half = (await readFile(path)).subarray(0, 1000)
    await writeFile(path, half)
    const unreadable = path.replace(/[0-9a-f]+$/, sumOf(half))
    await rename(path, unreadable)
    expect(await curve(lstm, dir())).toEqual(expected)
    expect(await wholePrograms(dir())).not.toContain(unreadable)
  })
})

it('talking keeps its program too', async () => {
  const dir = join(root, 'talk')
  const runDir = join(root, 'talked with')
  await trained(runDir, { model: 'gpt' })
  const job = startJob({
    kind: 'generate',
    runDir,
    checkpoint: 'best',
    engineOptions: { ...engineOptions('tensorflow'), programsDir: dir },
  })
  const sampling = { temperature: 1, topK: 0, topP: 1, maxTokens: 4, seed: 1, stop: [] }
  job.send({ kind: 'generate', generationId: 'g_00000001', prompt: 'The', sampling })
  await expect.poll(() => programsIn(dir), { timeout: 60_000, interval: 100 }).toHaveLength(1)
  await wholePrograms(dir, 1)
  job.send({ kind: 'stop' })
  expect(await job.ended).toMatchObject({ code: 0 })
})

it('programs for another number of threads are others', async () => {
  const dir = join(root, 'lstm')
  await curve(lstm, dir)
  vi.stubEnv('TF_NUM_INTRAOP_THREADS', '1')
  try {
    await curve(lstm, dir)
  } finally {
    vi.unstubAllEnvs()
  }
  const kinds = (await programsIn(dir)).map((name) => dirname(name))
  expect(new Set(kinds).size).toBe(2)
})

it('a run needs no folder of programs', async () => {
  const file = join(root, 'file')
  await writeFile(file, '')
  expect(await curve(lstm, file)).toEqual(await expectedOfLstm())
})
