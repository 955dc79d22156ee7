import { spawnSync } from 'node:child_process'
import { closeSync, fstatSync, mkdirSync, openSync, rmSync, statfsSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectClear, filesIn, openWorld, removeFolder, runCli, someText, temporaryProfile } from './bad-input-fixture'
import type { World } from './bad-input-fixture'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import { smallConfig } from './job-fixture'

const folder = temporaryProfile()
const disk = join(folder, 'disk')
mkdirSync(disk)
/** A small disk of its own; only root may mount one. */
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk]).status === 0
if (!mounted) process.stderr.write('Full disk: left out, because only root may mount a small disk to fill.\n')

let world: World
let corpusId = ''
const filler = join(disk, 'filler')

/** Takes all space but so much. */
function fillDisk(leaveBytes = 0): void {
  const file = openSync(filler, 'a')
  try {
    const piece = Buffer.alloc(4096)
    const { bavail, bsize } = statfsSync(disk)
    for (let left = bavail * bsize - leaveBytes; left > 0; left -= piece.length) writeSync(file, piece)
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' })
  } finally {
    expect(fstatSync(file).size).toBeGreaterThan(0)
    closeSync(file)
  }
}
const freeDisk = (): void => {
  rmSync(filler, { force: true })
}

beforeAll(async () => {
  if (!mounted) return
  world = openWorld(join(disk, 'profile'))
  const path = join(folder, 'text.txt')
  writeFileSync(path, someText)
  corpusId = (await world.importPath(path)).corpusId
})
afterAll(async () => {
  if (mounted) {
    freeDisk()
    await world.close()
    expect(spawnSync('umount', [disk]).status).toBe(0)
  }
  removeFolder(folder)
})

const config = smallConfig({
  engine: 'wasm',
  tokenizer: 'char',
  nEmbd: 8,
  maxSteps: 100_000,
  warmupSteps: 0,
  learningRate: 1e-2,
  evalInterval: 5,
  evalBatches: 1,
  sampleInterval: 0,
})

describe.skipIf(!mounted)('a full disk', () => {
  it('fails the training, keeps what was saved, and lets it go on when there is space', async () => {
    const { runId } = await world.request('runs.start', { corpusId, config })
    await world.runEvent(runId, 'checkpoint')
    const paused = await world.ended(runId, 'paused')
    const kept = filesIn(join(disk, 'profile', 'runs', runId)).filter((file) => file.includes('last-'))
    expect(kept).toHaveLength(3)

    const since = world.events.length
    await world.request('runs.resume', { runId })
    await world.runEvent(runId, 'steps', undefined, since)
    fillDisk()
    // It cannot be written on the full disk, so it is shown first and written as soon as there is space.
    const isFailed = ({ run }: { run: RunRecord }): boolean => run.state === 'failed'
    const { run: failed } = await world.runEvent(runId, 'state', isFailed, since)
    expectClear(failed.error, 'disk.full')
    expect(failed.checkpoints.find(({ kind }) => kind === 'last')?.step).toBe(paused.step)
    expect(filesIn(join(disk, 'profile', 'runs', runId))).toEqual(expect.arrayContaining(kept))
    expect(filesIn(join(disk, 'profile', 'runs', runId)).filter((file) => file.includes('.tmp'))).toEqual([])
    // Reading goes on as ever.
    const before = await world.request('runs.curves', { runId, maxPoints: 4000 })
    expect(before.steps.filter(({ step }) => step <= paused.step)).toHaveLength(paused.step)

    freeDisk()
    expectClear((await world.reached(runId, 'failed')).error, 'disk.full')
    const again = world.events.length
    await world.request('runs.resume', { runId })
    const [first] = (await world.runEvent(runId, 'steps', undefined, again)).rows
    expect(first?.step).toBe(paused.step + 1)
    await world.runEvent(runId, 'checkpoint', undefined, again)
    const stopped = await world.ended(runId)
    expect(stopped).toMatchObject({ state: 'stopped', error: null })
    const { steps } = await world.request('runs.curves', { runId, maxPoints: 4000 })
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: stopped.step }, (_, i) => i + 1))
  })

  it('fails an import, and leaves no half of it', async () => {
    const path = join(folder, 'larger.txt')
    writeFileSync(path, someText.repeat(150))
    const corpora = filesIn(join(disk, 'profile', 'corpora'))
    fillDisk(1024 * 1024)
    const corpus = await world.importPath(path)
    expect(corpus.state).toBe('failed')
    const sentence = expectClear(corpus.error, 'disk.full')
    expect(filesIn(join(disk, 'profile', 'corpora'))).toEqual(corpora)
    const cli = await runCli(world.profileDir, ['train', path])
    expect({ code: cli.code, stderr: cli.stderr }).toEqual({ code: 4, stderr: `${sentence}\n` })
    expect(filesIn(join(disk, 'profile', 'corpora'))).toEqual(corpora)
    freeDisk()
    expect(await world.importPath(path)).toMatchObject({ state: 'ready', error: null })
  })
})
