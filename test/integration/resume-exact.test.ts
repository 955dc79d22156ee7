import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { JobEvent, JobTask } from '../../src-main/backend/jobs/protocol'
import { newestCheckpoint, statesToResume } from '../../src-main/engine/checkpoint'
import { sha256Of } from '../../src-main/engine/files'
import { RandomStream } from '../../src-main/engine/random'
import { engineOptions, eventsOf, runJob, smallConfig, startJob, withTokens, type Disturbance } from './job-fixture'

type Way = Pick<RunConfig, 'model' | 'optimizer' | 'compile' | 'precision' | 'accumulation'> &
  Partial<Pick<RunConfig, 'activationCheckpointing'>>

const graph = { compile: 'graph', precision: 'float32', accumulation: 1 } as const
const runs: readonly (Way & { readonly stops: readonly Disturbance[] })[] = [
  { model: 'gpt', optimizer: 'adamw', ...graph, stops: ['stop', 'kill', 'stop'] },
  { model: 'gpt', optimizer: 'muon', ...graph, stops: ['stop', 'stop', 'kill'] },
  { model: 'lstm', optimizer: 'adamw', ...graph, stops: ['kill', 'stop', 'stop'] },
  { model: 'lstm', optimizer: 'muon', ...graph, accumulation: 2, stops: ['stop', 'stop', 'stop'] },
  {
    model: 'llama',
    optimizer: 'adamw',
    ...graph,
    accumulation: 4,
    activationCheckpointing: 'on',
    stops: ['stop', 'stop', 'stop'],
  },
  { model: 'llama', optimizer: 'muon', ...graph, stops: ['stop', 'kill', 'stop'] },
  { model: 'llama', optimizer: 'adamw', ...graph, precision: 'bfloat16', stops: ['kill'] },
  { model: 'gpt', optimizer: 'adamw', ...graph, compile: 'xla', stops: ['stop'] },
]
const allStops = runs.flatMap(({ stops }) => stops)

const maxSteps = 400

const configOf = ({
  model,
  optimizer,
  compile,
  precision,
  accumulation,
  activationCheckpointing = 'off',
}: Way): RunConfig =>
  smallConfig({
    engine: 'tensorflow',
    model,
    optimizer,
    compile,
    precision,
    accumulation,
    activationCheckpointing,
    nLayer: 2,
    dropout: 0.2,
    batchSize: 8,
    maxSteps,
    evalInterval: 50,
    sampleInterval: 100,
  })

let root = ''
let tokenizedDir = ''
let trainTokens = 0

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'homegrown-resume-'))
  const corpusDir = join(root, 'corpus')
  tokenizedDir = join(root, 'tokens')
  const path = join(root, 'text.txt')
  // A few thousand tokens: a run reads them several times.
  const sample = await readFile(join(import.meta.dirname, '../../resources/sample/en.txt'), 'utf8')
  await writeFile(path, sample.slice(0, 20_000))
  await runJob({ kind: 'import', sources: [{ path, name: 'text.txt' }], corpusDir })
  const made = await runJob({
    kind: 'tokenize',
    corpusDir,
    dir: tokenizedDir,
    tokenizer: 'bpe',
    vocabSize: 300,
    split: 'blocks',
  })
  trainTokens = eventsOf(made, 'tokenized')[0]?.facts.trainTokens ?? 0
})
afterAll(() => rm(root, { recursive: true, force: true }))

const taskOf = (runDir: string, config: RunConfig, resume: boolean): JobTask => {
  const dir = withTokens(runDir, tokenizedDir)
  return { kind: 'train', runDir: dir, config, resume, engineOptions: engineOptions('tensorflow') }
}

/** What a run computed, by what it is of; a step that was computed again must have the same bits. */
class Numbers {
  readonly all = new Map<string, string>()

  add(events: readonly JobEvent[]): void {
    for (const event of events) {
      if (event.kind === 'step') this.#put(`step ${event.step}`, [event.lossNats, event.gradNorm, event.learningRate])
      if (event.kind === 'eval') this.#put(`evaluation ${event.step}`, [event.valLossNats, event.accuracy])
      if (event.kind === 'sample') this.#put(`sample ${event.step}`, event.text)
    }
  }

  #put(name: string, value: unknown): void {
    const text = JSON.stringify(value)
    expect(this.all.get(name) ?? text, name).toBe(text)
    this.all.set(name, text)
  }
}

/** The bytes that a run leaves behind: weights and both moments as they are at the end, and the best weights. */
async function filesOf(runDir: string): Promise<string[]> {
  const last = (await statesToResume(runDir, false))[0] ?? ''
  const best = (await newestCheckpoint(runDir, 'best')) ?? ''
  const files = [join(last, 'weights.safetensors'), join(last, 'optimizer.safetensors')]
  return Promise.all([...files, join(best, 'weights.safetensors')].map(sha256Of))
}

describe(`${allStops.length} random stops, ${allStops.filter((stop) => stop === 'kill').length} of them by kill -9`, () => {
  it.each(runs)(
    '$model, $optimizer, $compile, $precision, $accumulation part(s): the same bits after $stops',
    async (run) => {
      const { stops } = run
      const index = runs.indexOf(run)
      const config = configOf(run)
      expect(maxSteps * config.batchSize * config.blockSize).toBeGreaterThan(4 * trainTokens)

      const whole = new Numbers()
      const wholeDir = join(root, `whole-${index}`)
      const undisturbed = runJob(taskOf(wholeDir, config, false)).then((events) => {
        whole.add(events)
      })

      const parts = new Numbers()
      const dir = join(root, `parts-${index}`)
      const random = new RandomStream(2026, 'test', index)
      const room = Math.floor((maxSteps - 1) / stops.length)
      let savedStep = 0
      const beginsWhereSaved = (events: readonly JobEvent[]): void => {
        expect(eventsOf(events, 'begin').map(({ step }) => step)).toEqual([savedStep])
      }
      for (const [i, stop] of stops.entries()) {
        const step = i * room + 1 + random.intBelow(room)
        const job = startJob(taskOf(dir, config, i > 0), { step, how: stop })
        const { code, signal } = await job.ended
        expect([code, signal]).toEqual(stop === 'kill' ? [null, 'SIGKILL'] : [0, null])
        beginsWhereSaved(job.events)
        const [end] = eventsOf(job.events, 'end')
        if (stop === 'stop') expect(end).toMatchObject({ step, finished: false })
        else expect(end).toBeUndefined()
        savedStep = end?.step ?? savedStep
        parts.add(job.events)
      }
      const rest = await runJob(taskOf(dir, config, true))
      beginsWhereSaved(rest)
      expect(rest.at(-1)).toMatchObject({ kind: 'end', step: maxSteps, finished: true })
      parts.add(rest)

      await undisturbed
      expect(whole.all.size).toBe(maxSteps + maxSteps / 50 + maxSteps / 100)
      expect(Object.fromEntries(parts.all)).toEqual(Object.fromEntries(whole.all))
      expect(await filesOf(dir)).toEqual(await filesOf(wholeDir))
    },
  )
})
