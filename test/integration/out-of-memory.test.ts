import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stepCurve } from '../../src-main/backend/db/metrics'
import { findRun, runFacts } from '../../src-main/backend/db/runs'
import { rollbacksOf } from '../../src-main/backend/db/samples'
import { smallConfig } from './job-fixture'
import { onlyRun, trainingWorld } from './training-fixture'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'homegrown-memory-'))
})
afterAll(() => rm(root, { recursive: true }))

/** Address space that a process may have from now on: what it has and a little. The computer itself has enough. */
async function limit(pid: number, moreBytes: number): Promise<void> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const bytes = Number(/VmSize:\s*(\d+)/.exec(status)?.[1]) * 1024 + moreBytes
  execFileSync('prlimit', ['--pid', String(pid), `--as=${bytes}:${bytes}`])
}

const hasLimits = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0
if (!hasLimits) process.stderr.write('Skipped: to take memory from one process only needs Linux and prlimit.\n')

const cases = [
  {
    name: 'half as many examples at once',
    // Half a gigabyte of activations.
    shape: { nLayer: 4, nHead: 4, nEmbd: 128, blockSize: 128, batchSize: 64 },
    less: { batchSize: 64, accumulation: 2, activationCheckpointing: 'off' },
  },
  {
    name: 'blocks that are computed again, where there is one example',
    shape: { nLayer: 8, nHead: 4, nEmbd: 128, blockSize: 512, batchSize: 1 },
    less: { batchSize: 1, accumulation: 1, activationCheckpointing: 'on' },
  },
] as const

it.skipIf(!hasLimits).each(cases)('a run that is out of memory goes on by itself with $name', async (wanted) => {
  const shape = { ...wanted.shape, maxSteps: 3, warmupSteps: 0 }
  const config = smallConfig({ ...shape, engine: 'tensorflow', evalBatches: 1, sampleInterval: 0 })
  let limited = false
  const world = await trainingWorld(join(root, wanted.name), config, (event) => {
    if (limited || event.topic !== 'run' || event.kind !== 'stage' || event.stage !== 'training') return
    limited = true
    void limit(world.jobPid(), 64 << 20)
  })
  const { db } = world
  try {
    await world.train().ended
    expect(limited).toBe(true)
    expect(findRun(db, onlyRun)).toMatchObject({ state: 'done', step: 3, error: null })
    const rollbacks = rollbacksOf(db, onlyRun)
    const { accumulation } = wanted.less
    expect(rollbacks).toEqual([{ step: rollbacks[0]?.step, toStep: 0, learningRateFactor: 1, accumulation }])
    expect(runFacts(db, onlyRun)?.config).toMatchObject(wanted.less)
  } finally {
    await world.close()
  }
})

it.skipIf(!hasLimits)('one that had saved its state goes on from there', async () => {
  const shape = { ...cases[0].shape, maxSteps: 4, warmupSteps: 0, dropout: 0 }
  const config = smallConfig({ ...shape, engine: 'tensorflow', evalBatches: 1, sampleInterval: 0, logInterval: 1 })
  let limited = false
  let isResumed = false
  const world = await trainingWorld(join(root, 'saved'), config, (event) => {
    if (event.topic !== 'run') return
    if (!isResumed && event.kind === 'steps') first.end('paused')
    if (!isResumed || limited || event.kind !== 'stage' || event.stage !== 'training') return
    limited = true
    void limit(world.jobPid(), 64 << 20)
  })
  const { db } = world
  const first = world.train()
  try {
    await first.ended
    const { state, step: toStep = 0 } = findRun(db, onlyRun) ?? {}
    expect(state).toBe('paused')
    expect(toStep).toBeGreaterThan(0)
    expect(toStep).toBeLessThan(4)
    isResumed = true
    await world.train(true).ended
    expect(limited).toBe(true)
    expect(findRun(db, onlyRun)).toMatchObject({ state: 'done', step: 4, error: null })
    const rollbacks = rollbacksOf(db, onlyRun)
    expect(rollbacks).toEqual([{ step: rollbacks[0]?.step, toStep, learningRateFactor: 1, accumulation: 2 }])
    expect(stepCurve(db, onlyRun, 100).map(({ step }) => step)).toEqual([1, 2, 3, 4])
  } finally {
    await world.close()
  }
})
