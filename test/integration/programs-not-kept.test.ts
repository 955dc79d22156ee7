import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { evalCurve, stepCurve } from '../../src-main/backend/db/metrics'
import { findRun, runFacts } from '../../src-main/backend/db/runs'
import { rollbacksOf, tiersOf } from '../../src-main/backend/db/samples'
import { smallConfig } from './job-fixture'
import { onlyRun, trainingWorld } from './training-fixture'

const root = mkdtempSync(join(tmpdir(), 'homegrown-not-kept-'))
/** A small disk of its own, large enough to be taken for one that has space; only root may mount one. */
const disk = join(root, 'disk')
mkdirSync(disk)
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=300m', 'tmpfs', disk]).status === 0
if (!mounted) process.stderr.write('Full disk: left out, because only root may mount a small disk to fill.\n')
afterAll(() => {
  if (mounted) expect(spawnSync('umount', [disk]).status).toBe(0)
  rmSync(root, { recursive: true })
})

const config = smallConfig({
  model: 'lstm',
  engine: 'tensorflow',
  compile: 'xla',
  maxSteps: 6,
  warmupSteps: 0,
  evalInterval: 3,
  sampleInterval: 0,
})

/** @param spoil comes once, while the first job compiles */
async function trained(name: string, programsDir: string | undefined, spoil: () => void) {
  let compiled = 0
  const world = await trainingWorld(
    join(root, name),
    config,
    (event) => {
      if (event.topic !== 'run' || event.kind !== 'stage' || event.stage !== 'compiling') return
      compiled += 1
      if (compiled === 1) spoil()
    },
    { programsDir },
  )
  const { db } = world
  try {
    await world.train().ended
    const curves = { steps: stepCurve(db, onlyRun, 100), evals: evalCurve(db, onlyRun, 100) }
    const losses = [...curves.steps.map((row) => row.lossNats), ...curves.evals.map((row) => row.valLossNats)]
    return {
      compiled,
      losses,
      run: findRun(db, onlyRun),
      config: runFacts(db, onlyRun)?.config,
      tiers: tiersOf(db, onlyRun),
      rollbacks: rollbacksOf(db, onlyRun),
    }
  } finally {
    await world.close()
  }
}

/** Stands for a folder that may not be written any more: root, who may run this, may write anywhere. */
function fileInPlaceOfFolder(programsDir: string): void {
  const work = readdirSync(programsDir).filter((name) => name.startsWith('.work-'))
  expect(work).toHaveLength(1)
  rmSync(join(programsDir, work[0] ?? ''), { recursive: true })
  writeFileSync(join(programsDir, work[0] ?? ''), '')
}

const ways = [
  { how: 'cannot be written any more', spoil: fileInPlaceOfFolder, dir: join(root, 'programs'), possible: true },
  {
    how: 'is full',
    spoil: (dir: string) => {
      for (const [name, size] of [
        ['large', '1M'],
        ['small', '4k'],
      ] as const)
        spawnSync('dd', ['if=/dev/zero', `of=${join(dir, name)}`, `bs=${size}`])
    },
    dir: disk,
    possible: mounted,
  },
]

let expected: Awaited<ReturnType<typeof trained>>
beforeAll(async () => {
  expected = await trained('nothing kept', undefined, () => undefined)
  expect(expected.run).toMatchObject({ state: 'done', step: 6 })
})

it.each(ways.filter(({ possible }) => possible))(
  'a run in XLA goes on when the folder of programs $how',
  async (way) => {
    const found = await trained(way.how, way.dir, () => {
      way.spoil(way.dir)
    })
    expect(found.compiled).toBe(2)
    expect(found.run).toMatchObject({ state: 'done', step: 6, error: null })
    // The same training to the bit: no part of it was given up.
    expect(found.losses).toEqual(expected.losses)
    expect(found.config).toEqual(config)
    expect(found.tiers).toMatchObject([{ tier: 'xla' }])
    expect(found.rollbacks).toEqual([])
  },
)
