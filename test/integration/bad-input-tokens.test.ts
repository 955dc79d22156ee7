import {
  cpSync,
  existsSync,
  linkSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeCorpus } from '../../src-main/engine/data/encode'
import { loadTokenizer } from '../../src-main/engine/tokenizer/tokenizer'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import { expectClear, filesIn, openWorld, removeFolder, runCli, someText, temporaryProfile } from './bad-input-fixture'
import type { World } from './bad-input-fixture'
import { smallConfig } from './job-fixture'

const tokenFiles = ['train.bin', 'val.bin'] as const
const headerBytes = 96
let folder = ''
let world: World
let corpusId = ''
let trained: RunRecord
/** Begins with the weights and the tokenizer of the other one. */
let child: RunRecord

const runDir = ({ runId }: RunRecord): string => join(world.profileDir, 'runs', runId)
const corpusDir = (): string => join(world.profileDir, 'corpora', corpusId)
const textTokens = (): string => {
  const [only = ''] = readdirSync(join(corpusDir(), 'tokenized')).filter((name) => name.endsWith('-270'))
  return join(corpusDir(), 'tokenized', only)
}
const backup = (name: string): string => join(folder, 'backup', name)
const config = smallConfig({
  ...{ engine: 'wasm', tokenizer: 'bpe', vocabSize: 270, nEmbd: 8, maxSteps: 100_000, warmupSteps: 0 },
  ...{ evalInterval: 5, evalBatches: 1, sampleInterval: 0 },
})

beforeAll(async () => {
  folder = temporaryProfile()
  world = openWorld(join(folder, 'profile'))
  const path = join(folder, 'river.txt')
  writeFileSync(path, someText)
  corpusId = (await world.importPath(path)).corpusId
  const train = async (from: object): Promise<RunRecord> => {
    const { runId } = await world.request('runs.start', { corpusId, config, ...from })
    await world.runEvent(runId, 'checkpoint')
    return await world.ended(runId)
  }
  trained = await train({})
  child = await train({ from: { runId: trained.runId, checkpoint: 'last' } })
  cpSync(runDir(trained), backup('trained'), { recursive: true })
  cpSync(runDir(child), backup('child'), { recursive: true })
  cpSync(corpusDir(), backup('corpus'), { recursive: true })
})
afterAll(async () => {
  await world.close()
  removeFolder(folder)
})
beforeEach(() => {
  const places = { trained: runDir(trained), child: runDir(child), corpus: corpusDir() }
  for (const [name, place] of Object.entries(places)) {
    rmSync(place, { recursive: true, force: true })
    cpSync(backup(name), place, { recursive: true })
  }
  for (const file of tokenFiles) {
    rmSync(join(runDir(trained), file))
    linkSync(join(textTokens(), file), join(runDir(trained), file))
  }
})

const flip = (file: string, at: number): void => {
  const bytes = readFileSync(file)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  // In place: the text's file is the same one.
  writeFileSync(file, bytes)
}
const damages = {
  /** Of the lower half of an id: it stays one of the vocabulary. */
  'a flipped bit': (file: string) => {
    flip(file, headerBytes + 2 * Math.floor((statSync(file).size - headerBytes) / 4))
  },
  'a flipped bit in its header': (file: string) => {
    flip(file, 24)
  },
  'its second half lost': (file: string) => {
    truncateSync(file, Math.floor(statSync(file).size / 2))
  },
  'nothing left': (file: string) => {
    truncateSync(file, 0)
  },
}
const cases = [
  ['train.bin', 'a flipped bit'],
  ['val.bin', 'a flipped bit in its header'],
  ['train.bin', 'its second half lost'],
  ['val.bin', 'nothing left'],
] as const

/** Resumes it until it has made a step. */
async function goesOn({ runId, step }: RunRecord): Promise<void> {
  const since = world.events.length
  await world.request('runs.resume', { runId })
  const failed = world.reached(runId, 'failed').then(({ error }) => {
    throw new Error(JSON.stringify(error))
  })
  const [first] = (await Promise.race([world.runEvent(runId, 'steps', undefined, since), failed])).rows
  failed.catch(() => undefined)
  expect(await world.ended(runId)).toMatchObject({ state: 'stopped', error: null, resumedFrom: null })
  expect(first?.step).toBe(step + 1)
  const told = world.events.slice(since).flatMap((event) => (event.topic === 'run' ? [event.kind] : []))
  expect(told).not.toContain('rollback')
}
const bytesOf = (dir: string): Buffer[] => tokenFiles.map((file) => readFileSync(join(dir, file)))
const inodesOf = (dir: string): number[] => tokenFiles.map((file) => statSync(join(dir, file)).ino)

describe('a token file that is damaged', () => {
  it.each(cases)('(%s: %s) is made anew of the text, for the run and the text, bit for bit', async (file, damage) => {
    const [text, tokens] = [readFileSync(join(corpusDir(), 'text.txt')), bytesOf(backup('trained'))]
    const before = statSync(join(textTokens(), file)).ino
    damages[damage](join(runDir(trained), file))
    await goesOn(trained)
    expect(bytesOf(runDir(trained))).toEqual(tokens)
    expect(bytesOf(textTokens())).toEqual(tokens)
    expect(inodesOf(runDir(trained))).toEqual(inodesOf(textTokens()))
    expect(inodesOf(textTokens())).not.toContain(before)
    expect(readFileSync(join(corpusDir(), 'text.txt'))).toEqual(text)
    expect(filesIn(runDir(trained)).filter((name) => name.includes('tmp'))).toEqual([])
  })

  it.each(cases.slice(1, 3))('(%s: %s) fails the run clearly until its text is back', async (file, damage) => {
    damages[damage](join(runDir(trained), file))
    const damaged = bytesOf(runDir(trained))
    renameSync(corpusDir(), `${corpusDir()}-away`)
    await world.request('runs.resume', { runId: trained.runId })
    const failed = await world.reached(trained.runId, 'failed', 'done')
    const sentence = expectClear(failed.error, 'run.tokensDamaged')
    expect(failed.error?.params).toEqual({ name: 'river.txt' })
    const { code, stderr } = await runCli(world.profileDir, ['resume', trained.runId])
    expect({ code, stderr }).toEqual({ code: 3, stderr: `${sentence}\n` })
    expect(bytesOf(runDir(trained))).toEqual(damaged)
    expect((await world.ask(trained.runId, 'last')).error).toBeNull()

    renameSync(`${corpusDir()}-away`, corpusDir())
    await goesOn(trained)
    expect(bytesOf(runDir(trained))).toEqual(bytesOf(backup('trained')))
  })
})

describe('damaged tokens', () => {
  const damage = (dir: string): void => {
    damages['a flipped bit'](join(dir, 'train.bin'))
  }

  it('are taken from the text where that has whole ones', async () => {
    rmSync(join(runDir(trained), 'train.bin'))
    cpSync(join(textTokens(), 'train.bin'), join(runDir(trained), 'train.bin'))
    damage(runDir(trained))
    const before = inodesOf(textTokens())
    await goesOn(trained)
    expect(bytesOf(runDir(trained))).toEqual(bytesOf(backup('trained')))
    expect(inodesOf(textTokens())).toEqual(before)
    expect(inodesOf(runDir(trained))).toEqual(before)
  })

  it("of a run with another one's tokenizer are made with that one, and the text keeps its own", async () => {
    damage(runDir(child))
    const before = inodesOf(textTokens())
    await goesOn(child)
    expect(bytesOf(runDir(child))).toEqual(bytesOf(backup('child')))
    expect(inodesOf(textTokens())).toEqual(before)
    expect(filesIn(runDir(child)).filter((name) => name.includes('tmp'))).toEqual([])
  })

  it('do not hinder a run that has not begun', async () => {
    damage(textTokens())
    const { runId } = await world.request('runs.start', { corpusId, config })
    await world.runEvent(runId, 'steps')
    expect((await world.ended(runId)).error).toBeNull()
    expect(bytesOf(textTokens())).toEqual(bytesOf(backup('trained')))
  })

  it('of an earlier version, without a checksum, are made anew when training comes upon the damage', async () => {
    const file = join(runDir(trained), 'val.bin')
    const bytes = readFileSync(file)
    bytes.fill(0, 72, headerBytes)
    bytes.writeUInt16LE(0xffff, bytes.length - 2)
    writeFileSync(file, bytes)
    const since = world.events.length
    await world.request('runs.resume', { runId: trained.runId })
    await world.runEvent(trained.runId, 'eval', undefined, since)
    expect((await world.ended(trained.runId)).error).toBeNull()
    expect(bytesOf(runDir(trained))).toEqual(bytesOf(backup('trained')))
    expect(bytesOf(textTokens())).toEqual(bytesOf(backup('trained')))
  })

  it('come with a damaged tokenizer: that is the one of the text again', async () => {
    const file = join(runDir(trained), 'tokenizer.json')
    flip(file, Math.floor(statSync(file).size / 2))
    await goesOn(trained)
    expect(readFileSync(file)).toEqual(readFileSync(join(backup('trained'), 'tokenizer.json')))
  })

  it('of a run of an earlier version are split as they were then, and so are those of its children', async () => {
    const { tokenizer, hash } = await loadTokenizer(join(runDir(trained), 'tokenizer.json'))
    const earlier = join(folder, 'earlier')
    const facts = await encodeCorpus({
      ...{ corpusDir: corpusDir(), dir: earlier, tokenizer },
      ...{ tokenizerHash: hash, split: 'lastTenth' },
    })
    expect(bytesOf(earlier)).not.toEqual(bytesOf(backup('trained')))
    const rows = new Sqlite(join(world.profileDir, 'homegrown.db'))
    const splitOf = rows.prepare('SELECT split FROM runs WHERE run_id = ?').pluck()
    expect(splitOf.get(trained.runId)).toBe('blocks')
    const was = rows.prepare('SELECT split, train_tokens, tokens_hash FROM runs WHERE run_id = ?').get(trained.runId)
    const set = rows.prepare(
      'UPDATE runs SET split = @split, train_tokens = @train_tokens, tokens_hash = @tokens_hash WHERE run_id = @run',
    )
    set.run({ split: 'lastTenth', train_tokens: facts.trainTokens, tokens_hash: facts.tokensHash, run: trained.runId })
    for (const file of tokenFiles) {
      rmSync(join(runDir(trained), file))
      cpSync(join(earlier, file), join(runDir(trained), file))
    }
    damage(runDir(trained))
    const before = inodesOf(textTokens())
    await goesOn(trained)
    expect(bytesOf(runDir(trained))).toEqual(bytesOf(earlier))
    expect(inodesOf(textTokens())).toEqual(before)

    const from = { runId: trained.runId, checkpoint: 'last' as const }
    const { runId } = await world.request('runs.start', { corpusId, config, from })
    await world.runEvent(runId, 'steps')
    await world.ended(runId)
    expect(splitOf.get(runId)).toBe('lastTenth')
    expect(bytesOf(join(world.profileDir, 'runs', runId))).toEqual(bytesOf(earlier))
    set.run({ ...(was as object), run: trained.runId })
    rows.close()
  })

  // Last: the database knows the tokens of the changed text then.
  it.each(['trained', 'child'] as const)('are not made of a text that has changed (%s)', async (which) => {
    const run = which === 'child' ? child : trained
    damage(runDir(run))
    const damaged = bytesOf(runDir(run))
    // As many characters, and the same ones: the tokenizer that it makes is the same.
    const [sentence = ''] = someText.split('\n')
    const words = `${sentence}\n`
    const changed = someText.slice(0, -2 * words.length) + words.replace('river bends', 'bends river') + words
    writeFileSync(join(corpusDir(), 'text.txt'), changed)
    await world.request('runs.resume', { runId: run.runId })
    const failed = await world.reached(run.runId, 'failed', 'done')
    expectClear(failed.error, 'run.textDiffers')
    expect(bytesOf(runDir(run))).toEqual(damaged)
    expect(existsSync(join(runDir(run), 'checkpoints'))).toBe(true)
  })
})
