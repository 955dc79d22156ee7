import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { Extension } from '../../src-preload/contract/records/runs'
import type { JobEvent, JobTask } from '../../src-main/backend/jobs/protocol'
import { statesToResume } from '../../src-main/engine/checkpoint'
import { sha256Of } from '../../src-main/engine/files'
import {
  engineOptions,
  eventsOf,
  runJob,
  sampleTokens,
  smallConfig,
  startJob,
  withTokens,
  type Disturbance,
} from './job-fixture'

let root = ''
let tokenizedDir = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'homegrown-extend-'))
  tokenizedDir = await sampleTokens(root)
})
afterAll(() => rm(root, { recursive: true, force: true }))

interface Part {
  readonly config: RunConfig
  readonly extensions?: readonly Extension[]
  readonly resume?: boolean
}
const taskOf = (runDir: string, { config, extensions = [], resume = false }: Part): JobTask => {
  const dir = withTokens(runDir, tokenizedDir)
  return { kind: 'train', runDir: dir, config, extensions, resume, engineOptions: engineOptions('tensorflow') }
}

/** What must not depend on the clock, by what it is of. */
const numbersOf = (events: readonly JobEvent[]): Record<string, unknown> =>
  Object.fromEntries(
    events.flatMap((event): [string, unknown][] => {
      if (event.kind === 'step') return [[`step ${event.step}`, [event.lossNats, event.gradNorm, event.learningRate]]]
      if (event.kind === 'eval') return [[`evaluation ${event.step}`, [event.valLossNats, event.accuracy]]]
      if (event.kind === 'sample') return [[`sample ${event.step}`, event.text]]
      return []
    }),
  )

/** Weights and both moments of the newest state. */
async function stateOf(runDir: string): Promise<string[]> {
  const last = (await statesToResume(runDir, false))[0] ?? ''
  return Promise.all(['weights.safetensors', 'optimizer.safetensors'].map((file) => sha256Of(join(last, file))))
}

/** Until a step, told to stop (it saves) or killed. */
async function until(step: number, task: JobTask, how: Disturbance): Promise<readonly JobEvent[]> {
  const job = startJob(task, { step, how })
  await job.ended
  return job.events
}

const ways: Partial<RunConfig>[] = [{}, { model: 'llama', optimizer: 'muon' }, { model: 'lstm' }]

describe('a run that is trained longer', () => {
  it.each(ways)(
    '%j: takes weights and moments exactly, and is stopped and killed as if it had never been',
    async (way) => {
      // Evaluated and sampled at its end in any case: the run that is never over does so too.
      const config = smallConfig({
        ...way,
        precision: 'float32',
        maxSteps: 60,
        warmupSteps: 10,
        evalInterval: 20,
        sampleInterval: 20,
      })
      const extensions = [{ fromStep: 60, toStep: 400 }]
      const name = JSON.stringify(way).replaceAll(/\W/g, '')
      const whole = join(root, `whole-${name}`)
      const never = runJob(taskOf(whole, { config, extensions }))

      const dir = join(root, `parts-${name}`)
      const first = await runJob(taskOf(dir, { config }))
      expect(first.at(-1)).toMatchObject({ kind: 'end', step: 60, finished: true })
      const atEnd = await stateOf(dir)
      const more = { config, extensions, resume: true }
      const parts = [first]
      // Killed before it saves: it begins with the state in which it was over, which nothing has changed.
      parts.push(await until(75, taskOf(dir, more), 'kill'))
      expect(eventsOf(parts[1] ?? [], 'begin')).toMatchObject([{ step: 60, resumedFrom: null }])
      expect(await stateOf(dir)).toEqual(atEnd)
      parts.push(await until(90, taskOf(dir, more), 'stop'))
      const [saved] = eventsOf(parts[2] ?? [], 'end')
      expect(saved).toMatchObject({ step: 90, finished: false })
      parts.push(await until(150, taskOf(dir, more), 'kill'))
      expect(eventsOf(parts[3] ?? [], 'begin')).toMatchObject([{ step: 90 }])
      parts.push(await runJob(taskOf(dir, more)))
      expect(parts.at(-1)?.at(-1)).toMatchObject({ kind: 'end', step: 400, finished: true })

      const expected = numbersOf(await never)
      expect(Object.keys(expected)).toHaveLength(400 + 20 + 20)
      expect(Object.assign({}, ...parts.map(numbersOf))).toEqual(expected)
      expect(await stateOf(dir)).toEqual(await stateOf(whole))

      // Up to its end as without the extension; from there on no jump, and down again.
      const rates = eventsOf(await never, 'step').map(({ learningRate }) => learningRate)
      expect(rates.slice(0, 60)).toEqual(eventsOf(first, 'step').map(({ learningRate }) => learningRate))
      const rises = rates.slice(60).map((rate, i) => rate - (rates[59 + i] ?? 0))
      expect(Math.max(...rises)).toBeGreaterThan(0)
      expect(Math.max(...rises)).toBeLessThan(config.learningRate / 10)
      expect(Math.max(...rates.slice(60))).toBeLessThanOrEqual(config.learningRate)
      expect(rates.at(-1)).toBeLessThan(1.01 * config.minLearningRate)
    },
  )

  it('although its patience was at its end has all of its patience again', async () => {
    // So large a rate that no evaluation is better than the first ones.
    const config = smallConfig({ maxSteps: 500, evalInterval: 5, patience: 3, learningRate: 0.5, minLearningRate: 0.4 })
    const dir = join(root, 'patience')
    const first = await runJob(taskOf(dir, { config }))
    const [end] = eventsOf(first, 'end')
    expect(end?.finished).toBe(true)
    const fromStep = end?.step ?? 0
    expect(fromStep).toBeLessThan(500)

    const more = { config, extensions: [{ fromStep, toStep: fromStep + 300 }], resume: true }
    const rest = await runJob(taskOf(dir, more))
    const evals = eventsOf(rest, 'eval').map(({ valLossNats }) => valLossNats)
    expect(evals.length).toBeGreaterThanOrEqual(3)
    // What was best before the extension is what the patience goes by.
    const bestBefore = Math.min(...eventsOf(first, 'eval').map(({ valLossNats }) => valLossNats))
    if (Math.min(...evals) >= bestBefore) expect(evals).toHaveLength(3)
    // Nothing is left of it where it was stopped at once: it is not over.
    const stopped = join(root, 'patience-stopped')
    await runJob(taskOf(stopped, { config }))
    const job = startJob(taskOf(stopped, more))
    job.send({ kind: 'stop' })
    await job.ended
    expect(eventsOf(job.events, 'end')).toMatchObject([{ finished: false }])
  })
})
