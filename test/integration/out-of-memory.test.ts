import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stepCurve } from '../../src-main/backend/db/metrics'
import { findRun, runFacts } from '../../src-main/backend/db/runs'
import { rollbacksOf } from '../../src-main/backend/db/samples'
import type { RunEvent } from '../../src-preload/contract/events'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { smallConfig } from './job-fixture'
import { onlyRun, trainingWorld } from './training-fixture'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'homegrown-memory-'))
})
afterAll(() => rm(root, { recursive: true }))

/** In bytes: `Data`, private memory that it may write to, and `RSS`, what lies in the computer's memory. */
function memoryOf(pid: number, kind: 'Data' | 'RSS'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`Vm${kind}:\\s*(\\d+)`).exec(status)?.[1]) * 1024
}

/**
 * A run of which a job can be given less memory than a step needs. The limit is set as soon as the engine is open:
 * whoever waits for the first step and takes away what is not occupied yet may come when all of it is.
 */
async function memoryWorld(name: string, config: RunConfig) {
  let hear: (event: RunEvent) => void = () => undefined
  const world = await trainingWorld(join(root, name), config, (event) => {
    if (event.topic === 'run') hear(event)
  })
  return {
    ...world,

    /** Trains until steps are told, then pauses. @returns half of what a step needs beside the engine, in bytes */
    async trainAndMeasure(): Promise<number> {
      let engine = { data: NaN, rss: NaN }
      let bytes = NaN
      hear = (event) => {
        const pid = world.jobPid()
        if (event.kind === 'stage' && event.stage === 'compiling')
          engine = { data: memoryOf(pid, 'Data'), rss: memoryOf(pid, 'RSS') }
        if (event.kind !== 'steps') return
        bytes = engine.data + Math.floor((memoryOf(pid, 'RSS') - engine.rss) / 2)
        training.end('paused')
      }
      const training = world.train()
      await training.ended
      return bytes
    },

    /** @param bytes that the first job may have; the computer itself has enough, and so have the jobs that follow. */
    async trainWithin(bytes: number, resume: boolean): Promise<void> {
      let limited = false
      hear = (event) => {
        if (limited || event.kind !== 'stage' || event.stage !== 'compiling') return
        limited = true
        execFileSync('prlimit', ['--pid', String(world.jobPid()), `--data=${bytes}:${bytes}`])
      }
      await world.train(resume).ended
      expect(limited).toBe(true)
    },
  }
}

const hasLimits = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0
if (!hasLimits) process.stderr.write('Skipped: to take memory from one process only needs Linux and prlimit.\n')

/** Of which a step needs some hundred megabytes beside engine and weights. */
const cases = [
  {
    name: 'half as many examples at once',
    shape: { nLayer: 4, nHead: 4, nEmbd: 128, blockSize: 128, batchSize: 64 },
    less: { batchSize: 64, accumulation: 2, activationCheckpointing: 'off' },
  },
  {
    name: 'blocks that are computed again, where there is one example',
    shape: { nLayer: 8, nHead: 4, nEmbd: 128, blockSize: 768, batchSize: 1 },
    less: { batchSize: 1, accumulation: 1, activationCheckpointing: 'on' },
  },
] as const

const common = { engine: 'tensorflow', compile: 'graph', warmupSteps: 0, evalBatches: 1, sampleInterval: 0 } as const

it.skipIf(!hasLimits).each(cases)('a run that is out of memory goes on by itself with $name', async (wanted) => {
  const config = smallConfig({ ...common, ...wanted.shape, maxSteps: 3 })
  const whole = await memoryWorld(`${wanted.name}, whole`, { ...config, maxSteps: 1000 })
  const world = await memoryWorld(wanted.name, config)
  const { db } = world
  try {
    const bytes = await whole.trainAndMeasure()
    await world.trainWithin(bytes, false)
    expect(findRun(db, onlyRun)).toMatchObject({ state: 'done', step: 3, error: null })
    const rollbacks = rollbacksOf(db, onlyRun)
    const { accumulation } = wanted.less
    expect(rollbacks).toEqual([{ step: rollbacks[0]?.step, toStep: 0, learningRateFactor: 1, accumulation }])
    expect(runFacts(db, onlyRun)?.config).toMatchObject(wanted.less)
  } finally {
    await whole.close()
    await world.close()
  }
})

it.skipIf(!hasLimits)('one that had saved its state goes on from there', async () => {
  const world = await memoryWorld(
    'saved',
    smallConfig({ ...common, ...cases[0].shape, maxSteps: 4, dropout: 0, logInterval: 1 }),
  )
  const { db } = world
  try {
    const bytes = await world.trainAndMeasure()
    const { state, step: toStep = 0 } = findRun(db, onlyRun) ?? {}
    expect(state).toBe('paused')
    expect(toStep).toBeGreaterThan(0)
    expect(toStep).toBeLessThan(4)
    await world.trainWithin(bytes, true)
    expect(findRun(db, onlyRun)).toMatchObject({ state: 'done', step: 4, error: null })
    const rollbacks = rollbacksOf(db, onlyRun)
    expect(rollbacks).toEqual([{ step: rollbacks[0]?.step, toStep, learningRateFactor: 1, accumulation: 2 }])
    expect(stepCurve(db, onlyRun, 100).map(({ step }) => step)).toEqual([1, 2, 3, 4])
  } finally {
    await world.close()
  }
})
