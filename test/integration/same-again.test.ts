import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobEvent } from '../../src-main/backend/jobs/protocol'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { engineOptions, eventsOf, runJob, sampleTokens, smallConfig, withTokens } from './job-fixture'

/** Two runs with the same settings are the same training, though each would choose how to compute by the clock. */

let root = ''
let tokenizedDir = ''

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'homegrown-again-'))
  tokenizedDir = await sampleTokens(root)
})
afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

const trained = (name: string, change: Partial<RunConfig>): Promise<readonly JobEvent[]> =>
  runJob({
    kind: 'train',
    runDir: withTokens(join(root, name), tokenizedDir),
    // Long enough for XLA to be there, too short to be measured: XLA is taken when it is compiled, whenever that is.
    config: smallConfig({
      compile: 'auto',
      maxSteps: 300,
      warmupSteps: 0,
      evalInterval: 300,
      sampleInterval: 0,
      ...change,
    }),
    resume: false,
    engineOptions: { ...engineOptions('tensorflow'), programsDir: join(root, 'programs') },
  })

const ways = (events: readonly JobEvent[]) =>
  eventsOf(events, 'tier').map(({ step, tier, precision }) => ({ step, tier, precision }))
const numbers = (events: readonly JobEvent[]) => [
  ...eventsOf(events, 'step').map(({ step, lossNats, gradNorm }) => [step, lossNats, gradNorm]),
  ...eventsOf(events, 'eval').map(({ step, valLossNats }) => [step, valLossNats]),
]

describe('a run with the settings of an earlier one', () => {
  it('computes the same bits, in the same ways from the same steps on', { timeout: 120_000 }, async () => {
    const first = await trained('first', {})
    const second = await trained('second', {})
    expect(ways(second)).toEqual(ways(first))
    expect(numbers(second)).toEqual(numbers(first))
    // How it reports is no other setting.
    const third = await trained('third', { logInterval: 100, evalInterval: 150 })
    expect(ways(third)).toEqual(ways(first))
    expect(await readdir(join(root, 'programs', 'chosen'))).toHaveLength(1)
  })

  it('chooses for itself where a setting differs', { timeout: 120_000 }, async () => {
    const before = (await readdir(join(root, 'programs', 'chosen'))).length
    await trained('other', { seed: 2, maxSteps: 20 })
    expect(await readdir(join(root, 'programs', 'chosen'))).toHaveLength(before + 1)
  })
})
