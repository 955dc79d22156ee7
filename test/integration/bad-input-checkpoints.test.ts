import { cpSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import { expectClear, filesIn, openWorld, removeFolder, runCli, someText, temporaryProfile } from './bad-input-fixture'
import type { World } from './bad-input-fixture'
import { smallConfig } from './job-fixture'

let folder = ''
let world: World
let trained: RunRecord
/** As wide again, on the same text. */
let wider: RunRecord
/** The same shape, on another text with as many characters. */
let stranger: RunRecord
const folderOf = ({ runId }: RunRecord) => join(world.profileDir, 'runs', runId)
const runDir = () => folderOf(trained)
const backup = () => join(folder, 'backup')
const config = smallConfig({
  engine: 'wasm',
  tokenizer: 'char',
  nEmbd: 8,
  maxSteps: 1000,
  warmupSteps: 0,
  evalInterval: 3,
  evalBatches: 1,
  sampleInterval: 0,
})

beforeAll(async () => {
  folder = temporaryProfile()
  world = openWorld(join(folder, 'profile'))
  const train = async (name: string, text: string, nEmbd = config.nEmbd): Promise<RunRecord> => {
    const path = join(folder, `${name}.txt`)
    writeFileSync(path, text)
    const { corpusId } = await world.importPath(path)
    const { runId } = await world.request('runs.start', { corpusId, config: { ...config, nEmbd }, name })
    await world.runEvent(runId, 'checkpoint')
    await world.ended(runId)
    // Once more: training goes on from the last state, and from the one before where that is damaged.
    const since = world.events.length
    await world.request('runs.resume', { runId })
    await world.runEvent(runId, 'steps', undefined, since)
    return await world.ended(runId)
  }
  trained = await train('river', someText)
  wider = await train('wider', someText, 2 * config.nEmbd)
  stranger = await train('stranger', someText.replaceAll('v', 'z'))
  expect(trained.checkpoints.map(({ kind }) => kind)).toEqual(['best', 'last', 'last'])
  cpSync(runDir(), backup(), { recursive: true })
})
afterAll(async () => {
  await world.close()
  removeFolder(folder)
})
beforeEach(() => {
  rmSync(runDir(), { recursive: true })
  cpSync(backup(), runDir(), { recursive: true })
})

/** A file of each checkpoint of a kind, the newest first. */
function filesOf(kind: 'best' | 'last', name: string): string[] {
  const folders = trained.checkpoints.filter((checkpoint) => checkpoint.kind === kind)
  return folders.map(({ step }) => join(runDir(), 'checkpoints', `${kind}-${step}`, name))
}
const newest = (name: string): string => filesOf('last', name)[0] ?? ''

const damages = {
  'a flipped bit': (file: string) => {
    const bytes = readFileSync(file)
    const at = Math.floor(bytes.length / 2)
    bytes[at] = (bytes[at] ?? 0) ^ 1
    writeFileSync(file, bytes)
  },
  'its second half lost': (file: string) => {
    truncateSync(file, Math.floor(readFileSync(file).length / 2))
  },
} as const
const kindsOfDamage = Object.keys(damages) as (keyof typeof damages)[]

/** Tries to carry on: how the run ends, and that nothing was touched. */
async function resumed(): Promise<RunRecord> {
  const files = filesIn(runDir())
  const curves = await world.request('runs.curves', { runId: trained.runId, maxPoints: 100 })
  await world.request('runs.resume', { runId: trained.runId })
  const run = await world.reached(trained.runId, 'failed', 'done')
  expect(filesIn(runDir())).toEqual(files)
  expect(await world.request('runs.curves', { runId: trained.runId, maxPoints: 100 })).toEqual(curves)
  return run
}

/** Resumes it until it has made a step: from where it went on. */
async function goesOn(): Promise<RunRecord['resumedFrom']> {
  const since = world.events.length
  await world.request('runs.resume', { runId: trained.runId })
  const [first] = (await world.runEvent(trained.runId, 'steps', undefined, since)).rows
  const { error, resumedFrom } = await world.ended(trained.runId)
  expect(error).toBeNull()
  expect(first?.step).toBe((resumedFrom?.step ?? trained.step) + 1)
  return resumedFrom
}
const stepsOf = (kind: 'best' | 'last'): number[] =>
  trained.checkpoints.filter((checkpoint) => checkpoint.kind === kind).map(({ step }) => step)

describe.each(kindsOfDamage)('a saved state with %s', (damage) => {
  it('is passed over for the other one when talking', async () => {
    damages[damage](newest('weights.safetensors'))
    const { error, message } = await world.ask(trained.runId, 'last')
    expect(error).toBeNull()
    expect(message).toMatchObject({ tokens: 5, endReason: 'length' })
  })

  it('is not trained on: the run goes on from the one before, and says so', async () => {
    damages[damage](newest('optimizer.safetensors'))
    expect(await goesOn()).toEqual({ kind: 'last', step: stepsOf('last')[1], reason: 'damaged' })
  })

  it('is not trained on, and neither is the one before: the run goes on from the best', async () => {
    for (const file of filesOf('last', 'weights.safetensors')) damages[damage](file)
    expect(await goesOn()).toEqual({ kind: 'best', step: stepsOf('best')[0], reason: 'damaged' })
  })

  it('is said to be damaged when all are, in the window and on the command line', async () => {
    for (const kind of ['best', 'last'] as const)
      for (const file of filesOf(kind, 'weights.safetensors')) damages[damage](file)
    expectClear((await resumed()).error, 'checkpoint.damaged')
    const files = filesIn(runDir())
    const { error, message } = await world.ask(trained.runId, 'best')
    const sentence = expectClear(error, 'checkpoint.damaged')
    expect(message).toMatchObject({ text: '', endReason: 'failed' })
    const { code, stderr } = await runCli(world.profileDir, ['generate', 'river', 'the '])
    expect({ code, stderr }).toEqual({ code: 3, stderr: `${sentence}\n` })
    expect(filesIn(runDir())).toEqual(files)
  })
})

describe('a saved state that is gone', () => {
  it('is passed over when one file of it is gone', async () => {
    rmSync(newest('optimizer.safetensors'))
    expect(await goesOn()).toMatchObject({ kind: 'last', step: stepsOf('last')[1] })
  })

  it('is made up for by the best one when somebody took all others away', async () => {
    // The rows must know of them.
    expect(await goesOn()).toBeNull()
    const { run } = await world.request('runs.get', { runId: trained.runId })
    for (const { kind, step } of run.checkpoints)
      if (kind === 'last') rmSync(join(runDir(), 'checkpoints', `last-${step}`), { recursive: true })
    const best = run.checkpoints.find(({ kind }) => kind === 'best')?.step
    expect(await goesOn()).toEqual({ kind: 'best', step: best, reason: 'missing' })
  })

  it('is not needed when the best one is asked for', async () => {
    const since = world.events.length
    await world.request('runs.resume', { runId: trained.runId, from: 'best' })
    await world.runEvent(trained.runId, 'steps', undefined, since)
    const run = await world.ended(trained.runId)
    expect(run.resumedFrom).toMatchObject({ step: stepsOf('best')[0], reason: 'chosen' })
    const folders = readdirSync(join(runDir(), 'checkpoints'))
    expect(run.checkpoints.map(({ kind, step }) => `${kind}-${step}`).sort()).toEqual(
      folders.map((name) => name.replace(/\.\d+$/, '')).sort(),
    )
  })

  it('is said to be missing when all are: the run does not begin again unasked', async () => {
    rmSync(join(runDir(), 'checkpoints'), { recursive: true })
    const before = await world.request('runs.curves', { runId: trained.runId, maxPoints: 100 })
    expectClear(await world.refusal('runs.resume', { runId: trained.runId }), 'checkpoint.missing')
    const { conversationId } = await world.request('talk.create', { runId: trained.runId })
    const sampling = { temperature: 0.8, topK: 40, topP: 1, maxTokens: 5, seed: 7, stop: [] }
    const input = { conversationId, runId: trained.runId, checkpoint: 'best', prompt: 'the ', sampling } as const
    const sentence = expectClear(await world.refusal('talk.generate', input), 'checkpoint.missing')
    // Asked a second time, with the rows already put right, it still knows that there was one.
    expectClear(await world.refusal('runs.resume', { runId: trained.runId }), 'checkpoint.missing')
    const { code, stderr } = await runCli(world.profileDir, ['resume', 'river'])
    expect({ code, stderr }).toEqual({ code: 3, stderr: `${sentence}\n` })
    expect(await world.request('runs.curves', { runId: trained.runId, maxPoints: 100 })).toEqual(before)
  })

  it('does not lose the run: when the files are back it goes on', async () => {
    const since = world.events.length
    await world.request('runs.resume', { runId: trained.runId })
    const [first] = (await world.runEvent(trained.runId, 'steps', undefined, since)).rows
    expect(first?.step).toBe(trained.step + 1)
    expect(await world.ended(trained.runId)).toMatchObject({ state: 'stopped', error: null })
  })
})

describe('the vocabulary of a run', () => {
  it('is not used when it is damaged', async () => {
    damages['a flipped bit'](join(runDir(), 'tokenizer.json'))
    const { error } = await world.ask(trained.runId, 'best')
    expectClear(error, 'tokenizer.damaged')
  })
})

describe('what belongs to another run', () => {
  const bring = (what: string, from: RunRecord): void => {
    rmSync(join(runDir(), what), { recursive: true })
    cpSync(join(folderOf(from), what), join(runDir(), what), { recursive: true })
  }

  it('weights of another shape are not trained on, and nothing is lost', async () => {
    bring('checkpoints', wider)
    expectClear((await resumed()).error, 'checkpoint.damaged')
  })

  it('a saved state of another vocabulary is neither trained on nor talked with', async () => {
    bring('checkpoints', stranger)
    expectClear((await resumed()).error, 'checkpoint.damaged')
    expectClear((await world.ask(trained.runId, 'best')).error, 'tokenizer.damaged')
  })

  it('the vocabulary of another run is not talked with, and the run goes on when its own is back', async () => {
    bring('tokenizer.json', stranger)
    expectClear((await world.ask(trained.runId, 'best')).error, 'tokenizer.damaged')
    cpSync(join(backup(), 'tokenizer.json'), join(runDir(), 'tokenizer.json'))
    expect((await world.ask(trained.runId, 'best')).error).toBeNull()
  })
})
