import { execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, open, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  openCheckpoint,
  newestCheckpoint,
  saveCheckpoint as writeCheckpoint,
  statesToResume,
  type CheckpointState,
} from '../../../src-main/engine/checkpoint'
import type { TensorData } from '../../../src-main/engine/ops'
import { runLimits } from '../../../src-preload/contract/limits'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import { streamOf } from './stream'
import { written } from './written'

const config = {
  ...Object.fromEntries(Object.entries(runLimits).map(([name, limit]) => [name, limit.default])),
  // Not 1e-8: with one bit flipped, 1E-8 is the same number.
  epsilon: 0.001,
} as unknown as RunConfig

interface Saved extends Omit<CheckpointState, 'weights' | 'optimizer'> {
  readonly weights: ReadonlyMap<string, TensorData>
  readonly optimizer: ReadonlyMap<string, TensorData> | null
}

const saveCheckpoint = (runDir: string, { weights, optimizer, ...facts }: Saved) =>
  written(
    writeCheckpoint(runDir, {
      ...facts,
      weights: streamOf(weights),
      optimizer: optimizer === null ? null : streamOf(optimizer),
    }),
  )

const tensor = (shape: number[], first: number) => {
  const count = shape.reduce((a, b) => a * b, 1)
  return { shape, data: Float32Array.from({ length: count }, (_, i) => Math.fround(first + i / 7)) }
}

const state = (kind: 'best' | 'last', step: number): Saved => ({
  kind,
  step,
  elapsedMs: 1234,
  valLossNats: 1.5,
  bestValLossNats: null,
  evaluationsSinceBest: 0,
  tier: 'xla',
  learningRateFactor: 1,
  momentsFrom: 0,
  precision: 'bfloat16',
  settled: true,
  engine: 'tensorflow',
  weights: new Map([
    ['wte.weight', tensor([5, 3], step)],
    ['ln_f.bias', tensor([3], -step)],
  ]),
  optimizer: kind === 'best' ? null : new Map([['exp_avg.wte.weight', tensor([5, 3], step / 3)]]),
  config,
  vocabSize: 5,
  tokenizerHash: 'ab'.repeat(32),
})

let root = ''
let runDir = ''
let made = 0
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'homegrown-checkpoint-'))
})
beforeEach(async () => {
  runDir = join(root, `run-${++made}`)
  await mkdir(runDir)
})
afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

const names = async (): Promise<string[]> => (await readdir(join(runDir, 'checkpoints'))).sort()
const inRun = (...path: string[]): string => join(runDir, 'checkpoints', ...path)
const flip = async (file: string, place: number): Promise<void> => {
  const handle = await open(file, 'r+')
  const byte = Buffer.alloc(1)
  await handle.read(byte, 0, 1, place)
  byte[0] = (byte[0] ?? 0) ^ (1 << (place % 8))
  await handle.write(byte, 0, 1, place)
  await handle.close()
}

describe('checkpoints', () => {
  it('gives back every bit', async () => {
    const saved = state('last', 20)
    saved.weights.get('wte.weight')?.data.set([NaN, -0, Infinity, 1e-42])
    const { dir, sizeBytes } = await saveCheckpoint(runDir, saved)
    const sizes = await Promise.all((await readdir(dir)).map(async (file) => (await readFile(join(dir, file))).length))
    expect(sizeBytes).toBe(sizes.reduce((a, b) => a + b, 0))
    const loaded = await openCheckpoint(dir)
    expect(loaded).toMatchObject({
      ...saved,
      weights: expect.anything() as unknown,
      optimizer: expect.anything() as unknown,
    })
    for (const [part, tensors] of [
      ['weights', loaded.weights.all()],
      ['optimizer', loaded.optimizer?.all()],
    ] as const) {
      expect([...(tensors ?? []).keys()]).toEqual([...(saved[part] ?? []).keys()])
      for (const [name, { shape, data }] of saved[part] ?? []) {
        expect(tensors?.get(name)?.shape).toEqual(shape)
        expect(Buffer.from(tensors?.get(name)?.data.buffer ?? new ArrayBuffer())).toEqual(Buffer.from(data.buffer))
      }
    }
    expect((await openCheckpoint(dir, { optimizer: false })).optimizer).toBeNull()
  })

  it('keeps the best, the last and the one before, and sweeps what a crash left', async () => {
    await saveCheckpoint(runDir, state('last', 10))
    await saveCheckpoint(runDir, state('best', 10))
    await mkdir(inRun('last-15.99-1.tmp'))
    await writeFile(inRun('last-15.99-1.tmp', 'weights.safetensors'), 'half')
    await saveCheckpoint(runDir, state('last', 20))
    expect(await names()).toEqual(['best-10', 'last-10', 'last-20'])
    await saveCheckpoint(runDir, state('last', 20))
    expect(await names()).toEqual(['best-10', 'last-10', 'last-20.1'])
    await saveCheckpoint(runDir, state('last', 30))
    expect(await names()).toEqual(['best-10', 'last-20.1', 'last-30'])
    await saveCheckpoint(runDir, state('best', 30))
    expect(await names()).toEqual(['best-30', 'last-20.1', 'last-30'])
    // The run has gone back: what was saved beyond never happened.
    await saveCheckpoint(runDir, state('last', 25))
    expect(await names()).toEqual(['best-30', 'last-20.1', 'last-25'])
  })

  it('finds the weights of the kind that is asked for, or the next best', async () => {
    expect(await newestCheckpoint(runDir, 'last')).toBeNull()
    await saveCheckpoint(runDir, state('best', 30))
    expect(await newestCheckpoint(runDir, 'last')).toBe(inRun('best-30'))
    await saveCheckpoint(runDir, state('last', 20))
    expect(await newestCheckpoint(runDir, 'last')).toBe(inRun('last-20'))
    expect(await newestCheckpoint(runDir, 'best')).toBe(inRun('best-30'))
    await flip(inRun('last-20', 'weights.safetensors'), 100)
    expect(await newestCheckpoint(runDir, 'last')).toBe(inRun('best-30'))
    await rm(inRun('best-30', 'manifest.json'))
    await expect(newestCheckpoint(runDir, 'last')).rejects.toMatchObject({
      code: 'checkpoint.damaged',
      params: { file: 'last-20/weights.safetensors' },
    })
  })

  it('lists what training can go on from: the newest, the one before, the best', async () => {
    const states = async (fromBest = false): Promise<string[]> =>
      (await statesToResume(runDir, fromBest)).map((dir) => basename(dir))
    expect(await states()).toEqual([])
    await saveCheckpoint(runDir, state('best', 10))
    // It never came to a state with its optimizer's: it begins again, and computes the same.
    expect(await states()).toEqual([])
    expect(await states(true)).toEqual(['best-10'])
    await saveCheckpoint(runDir, state('last', 10))
    await saveCheckpoint(runDir, state('last', 20))
    expect(await states()).toEqual(['last-20', 'last-10', 'best-10'])
    expect(await states(true)).toEqual(['last-10', 'best-10'])
  })

  it('notices every flipped bit and every cut, in every file', async () => {
    const { dir } = await saveCheckpoint(runDir, state('last', 20))
    const whole = join(runDir, 'whole')
    await cp(dir, whole, { recursive: true })
    for (const file of await readdir(whole)) {
      const bytes = await readFile(join(whole, file))
      for (let place = 0; place < bytes.length; place += 5) {
        await flip(join(dir, file), place)
        await expect(openCheckpoint(dir)).rejects.toMatchObject({
          code: 'checkpoint.damaged',
          params: { file: `last-20/${file}` },
        })
        await writeFile(join(dir, file), bytes)
      }
      for (const length of [0, 1, 9, bytes.length - 1]) {
        await truncate(join(dir, file), length)
        await expect(openCheckpoint(dir)).rejects.toMatchObject({ code: 'checkpoint.damaged' })
        await writeFile(join(dir, file), bytes)
      }
      await rm(join(dir, file))
      await expect(openCheckpoint(dir)).rejects.toMatchObject({ code: 'checkpoint.missing' })
      await writeFile(join(dir, file), bytes)
    }
    expect((await openCheckpoint(dir)).step).toBe(20)
  })

  it('keeps the older one where the disk is full', async ({ skip }) => {
    const small = join(root, 'small')
    await mkdir(small)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small], { stdio: 'pipe' })
    } catch (error) {
      // Only root may mount: /dev/full cannot stand in for a folder.
      skip(`mount failed: ${String(error).split('\n')[0] ?? ''}`)
    }
    try {
      const { dir } = await saveCheckpoint(small, state('last', 10))
      const large = { ...state('last', 20), weights: new Map([['wte.weight', tensor([64, 1024], 0)]]) }
      await expect(saveCheckpoint(small, large)).rejects.toMatchObject({ code: 'disk.full' })
      expect(await readdir(join(small, 'checkpoints'))).toEqual(['last-10'])
      expect((await openCheckpoint(dir)).step).toBe(10)
    } finally {
      execFileSync('umount', [small])
    }
  })
})
