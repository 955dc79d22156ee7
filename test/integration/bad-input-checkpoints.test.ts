import { cpSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RunRecord } from '../../src-preload/contract/records'
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
    return await world.ended(runId)
  }
  trained = await train('river', someText)
  wider = await train('wider', someText, 2 * config.nEmbd)
  stranger = await train('stranger', someText.replaceAll('v', 'z'))
  expect(trained.checkpoints.map(({ kind }) => kind).sort()).toEqual(['best', 'last'])
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

/** A file of the newest checkpoint of a kind. */
function fileOf(kind: 'best' | 'last', name: string): string {
  const checkpoints = join(runDir(), 'checkpoints')
  return join(checkpoints, readdirSync(checkpoints).find((entry) => entry.startsWith(kind)) ?? '', name)
}

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

describe.each(kindsOfDamage)('a saved state with %s', (damage) => {
  it('is passed over for the other one when talking', async () => {
    damages[damage](fileOf('last', 'weights.safetensors'))
    const { error, message } = await world.ask(trained.runId, 'last')
    expect(error).toBeNull()
    expect(message).toMatchObject({ tokens: 5, endReason: 'length' })
  })

  it('is not trained on', async () => {
    damages[damage](fileOf('last', 'optimizer.safetensors'))
    expectClear((await resumed()).error, 'checkpoint.damaged')
  })

  it('is said to be damaged when all are, in the window and on the command line', async () => {
    for (const kind of ['best', 'last'] as const) damages[damage](fileOf(kind, 'weights.safetensors'))
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
  it('is missing when one file of it is', async () => {
    rmSync(fileOf('last', 'optimizer.safetensors'))
    expectClear((await resumed()).error, 'checkpoint.missing')
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
    expectClear((await resumed()).error, 'tokenizer.damaged')
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
