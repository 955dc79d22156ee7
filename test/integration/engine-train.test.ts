import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { StepEvent, TrainEvent } from '../../src-main/backend/jobs/protocol'
import { openCheckpoint, newestCheckpoint, statesToResume } from '../../src-main/engine/checkpoint'
import { importTexts } from '../../src-main/engine/corpus/import'
import { encodeCorpus } from '../../src-main/engine/data/encode'
import { RandomStream } from '../../src-main/engine/random'
import { learnTokenizer } from '../../src-main/engine/tokenizer/learn'
import { loadTokenizer } from '../../src-main/engine/tokenizer/tokenizer'
import { learningRateAt, momentsFactor } from '../../src-main/engine/optim/schedule'
import { train, type TrainOptions } from '../../src-main/engine/train'
import { tensorflowDir } from '../tensorflow-dir'
import { tinyConfig } from './engine-fixture'

let root: string
let tokenizedDir: string
let runs = 0

/** Sentences of few words, so that there is something to learn. */
function text(): string {
  const random = new RandomStream(1, 'test')
  const pick = (words: readonly string[]): string => words[random.intBelow(words.length)] ?? ''
  const sentence = (): string =>
    `the ${pick(['cat', 'dog', 'bird'])} ${pick(['sees', 'likes'])} the ${pick(['tree', 'house', 'moon'])}.`
  return Array.from({ length: 400 }, sentence).join('\n')
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'homegrown-train-'))
  const corpusDir = join(root, 'corpus')
  tokenizedDir = join(root, 'tokenized')
  await writeFile(join(root, 'text.txt'), text())
  await mkdir(corpusDir)
  await mkdir(tokenizedDir)
  const signal = new AbortController().signal
  const sources = [{ path: join(root, 'text.txt'), name: 'text.txt' }]
  await importTexts({ sources, corpusDir, signal, onProgress: () => undefined })
  const { json } = await learnTokenizer({ corpusDir, kind: 'char', vocabSize: 300 })
  await writeFile(join(tokenizedDir, 'tokenizer.json'), json)
  const { tokenizer, hash } = await loadTokenizer(join(tokenizedDir, 'tokenizer.json'))
  await encodeCorpus({ corpusDir, dir: tokenizedDir, tokenizer, tokenizerHash: hash, split: 'blocks' })
})
afterAll(() => rm(root, { recursive: true }))

const base: Partial<RunConfig> = {
  maxSteps: 20,
  warmupSteps: 2,
  learningRate: 1e-2,
  evalInterval: 10,
  evalBatches: 0,
  logInterval: 1,
  sampleInterval: 0,
  dropout: 0.1,
}

function optionsOf(overrides: Partial<RunConfig>, changes: Partial<TrainOptions> = {}): TrainOptions {
  return {
    runDir: join(root, `run-${runs++}`),
    tokenizedDir,
    config: tinyConfig({ ...base, ...overrides }),
    resume: false,
    engineOptions: { engine: 'tensorflow', tensorflowDirs: [tensorflowDir()] },
    ...changes,
  }
}

/** All events; the signal is given when `stopAt` steps are reported. */
async function run(options: TrainOptions, stopAt = Infinity): Promise<TrainEvent[]> {
  const controller = new AbortController()
  const events: TrainEvent[] = []
  for await (const event of train(options, controller.signal)) {
    events.push(event)
    if (event.kind === 'step' && event.step >= stopAt) controller.abort()
  }
  return events
}

const kinds = (events: readonly TrainEvent[]): string[] => events.map((event) => event.kind)
const stepsOf = (events: readonly TrainEvent[]): StepEvent[] => events.filter((event) => event.kind === 'step')
/** What must not depend on the clock. */
const numbersOf = (events: readonly TrainEvent[]): unknown[] =>
  events.flatMap((event) => {
    if (event.kind === 'step') return [[event.step, event.lossNats, event.gradNorm, event.learningRate]]
    if (event.kind === 'eval') return [[event.step, event.valLossNats, event.accuracy]]
    return []
  })

describe('a training run', () => {
  it('tells in order what happens', async () => {
    const events = await run(optionsOf({ compile: 'graph', sampleInterval: 20, samplePrompt: 'the ' }))
    const [first, second, third] = events
    expect([first?.kind, second?.kind, third]).toEqual([
      'stage',
      'stage',
      {
        kind: 'begin',
        engine: 'tensorflow',
        version: expect.stringMatching(/^2\./) as string,
        step: 0,
        elapsedMs: expect.any(Number) as number,
        resumedFrom: null,
      },
    ])
    expect(events.at(-1)).toMatchObject({ kind: 'end', step: 20, finished: true })
    expect(stepsOf(events).map((event) => event.step)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    expect(events.find((event) => event.kind === 'tier')).toMatchObject({ kind: 'tier', step: 1, tier: 'graph' })
    const sample = events.find((event) => event.kind === 'sample')
    expect(sample).toMatchObject({ step: 20, prompt: 'the ' })
    expect(sample?.text.length).toBeGreaterThan(10)
    const evals = events.filter((event) => event.kind === 'eval')
    expect(evals.map((event) => event.step)).toEqual([10, 20])
    expect(kinds(events).filter((kind) => kind === 'checkpoint').length).toBeGreaterThanOrEqual(2)
  })

  it('measures in nats, as perplexity and in bits per byte', async () => {
    const events = await run(optionsOf({ compile: 'graph', maxSteps: 10 }))
    const evaluation = events.find((event) => event.kind === 'eval')
    const { valLossNats = NaN, perplexity, bitsPerByte, accuracy } = evaluation ?? {}
    expect(perplexity).toBeCloseTo(Math.exp(valLossNats), 6)
    // Every character of this text is one byte and one token.
    expect(bitsPerByte).toBeCloseTo(valLossNats / Math.LN2, 6)
    expect(accuracy).toBeGreaterThan(0)
    expect(accuracy).toBeLessThan(1)
  })

  it('learns', async () => {
    const steps = stepsOf(await run(optionsOf({ compile: 'graph', maxSteps: 200, dropout: 0, evalInterval: 1000 })))
    expect(steps.at(-1)?.lossNats).toBeLessThan((steps[0]?.lossNats ?? NaN) / 2)
  })

  it('depends on the seed alone', async () => {
    // Not of the engine's and not of TensorFlow.js's: a random number that has no name.
    const unnamed = vi.spyOn(Math, 'random')
    const [a, b, c] = [
      await run(optionsOf({ compile: 'graph', sampleInterval: 20 })),
      await run(optionsOf({ compile: 'graph' })),
      await run(optionsOf({ compile: 'graph', seed: 7 })),
    ]
    expect(numbersOf(a)).toEqual(numbersOf(b))
    expect(numbersOf(a)).not.toEqual(numbersOf(c))
    expect(unnamed).not.toHaveBeenCalled()
    unnamed.mockRestore()
  })

  it.each([
    ['graph', 'float32', 'graph'],
    // Where the way is free it goes on in XLA from the first step, as it had been.
    ['xla', 'float32', 'auto'],
    ['graph', 'bfloat16', 'graph'],
    ['xla', 'bfloat16', 'xla'],
  ] as const)('is stopped and resumed bit for bit in %s, %s: with %s', async (compile, precision, resumedWith) => {
    const whole = await run(optionsOf({ compile, precision }))
    const options = optionsOf({ compile, precision })
    const before = await run(options, 7)
    expect(before.at(-1)).toMatchObject({ kind: 'end', step: 7, finished: false })
    expect(await readdir(join(options.runDir, 'checkpoints'))).toEqual(['last-7'])
    const after = await run({ ...options, config: { ...options.config, compile: resumedWith }, resume: true })
    expect(after.find((event) => event.kind === 'begin')).toMatchObject({ step: 7 })
    expect(after.filter((event) => event.kind === 'tier')).toEqual([
      { kind: 'tier', step: 8, tier: compile, precision, timings: [] },
    ])
    expect([...numbersOf(before), ...numbersOf(after)]).toEqual(numbersOf(whole))
    expect(after.at(-1)).toMatchObject({ kind: 'end', step: 20, finished: true })
    const elapsed = stepsOf([...before, ...after]).map((event) => event.elapsedMs)
    expect(elapsed).toEqual([...elapsed].sort((a, b) => a - b))
  })

  it('makes up for an evaluation that a stop cut short', async () => {
    const whole = await run(optionsOf({ compile: 'graph' }))
    const options = optionsOf({ compile: 'graph' })
    // Step 10 is evaluated: the signal arrives before that.
    const before = await run(options, 10)
    expect(kinds(before)).not.toContain('eval')
    const after = await run({ ...options, resume: true })
    expect([...numbersOf(before), ...numbersOf(after)]).toEqual(numbersOf(whole))
  })

  it('saves its state as soon as the way to compute is chosen', async () => {
    const options = optionsOf({ compile: 'auto', precision: 'auto', maxSteps: 100_000, evalInterval: 100_000 })
    const controller = new AbortController()
    let chosen: unknown = null
    for await (const event of train(options, controller.signal)) {
      if (event.kind === 'tier') chosen = { tier: event.tier, precision: event.precision }
      // Five minutes are configured: the first one is for the choice.
      if (event.kind === 'checkpoint') controller.abort()
    }
    const saved = await openCheckpoint((await statesToResume(options.runDir, false))[0] ?? '')
    expect(saved).toMatchObject({ kind: 'last', settled: true })
    expect(chosen).toEqual({ tier: saved.tier, precision: saved.precision })
  })

  it('keeps the best and the last checkpoint, and nothing else', async () => {
    const options = optionsOf({ compile: 'graph', maxSteps: 40 })
    const events = await run(options)
    const names = await readdir(join(options.runDir, 'checkpoints'))
    expect(new Set(names.map((name) => name.replace(/-.*/, '')))).toEqual(new Set(['best', 'last']))
    expect(names.length).toBeLessThanOrEqual(3)
    const best = await newestCheckpoint(options.runDir, 'best')
    const checkpoint = await openCheckpoint(best ?? '')
    const lowest = Math.min(...events.flatMap((event) => (event.kind === 'eval' ? [event.valLossNats] : [])))
    expect(checkpoint.valLossNats).toBe(lowest)
  })

  it('goes on from the best state when told to, the moments from zero, and drops what came after it', async () => {
    const options = optionsOf({ compile: 'graph', precision: 'float32', maxSteps: 40, evalInterval: 5 })
    await run(options, 12)
    const best = await openCheckpoint((await newestCheckpoint(options.runDir, 'best')) ?? '')
    expect(best.step).toBeLessThan(12)
    const after = await run({ ...options, resume: true, fromBest: 'chosen' }, best.step + 3)
    expect(after.find((event) => event.kind === 'begin')).toMatchObject({
      step: best.step,
      resumedFrom: { kind: 'best', step: best.step, reason: 'chosen' },
    })
    const states = await statesToResume(options.runDir, false)
    expect(states.filter((dir) => dir.includes('last-')).map((dir) => basename(dir))).toEqual([
      `last-${best.step + 3}`,
      `last-${best.step}`,
    ])
    const [last, before] = await Promise.all(states.map((dir) => openCheckpoint(dir)))
    expect(last?.momentsFrom).toBe(best.step)
    // The moments were zero: the first step is what one from zero would be, not several times that.
    const moments = [...(before?.optimizer?.all() ?? [])].flatMap(([, { data }]) => [...data])
    expect(new Set(moments)).toEqual(new Set([0]))
    const [first] = stepsOf(after)
    const plain = learningRateAt(best.step, options.config)
    expect(first?.learningRate).toBeCloseTo(plain * momentsFactor(best.step, best.step, options.config), 9)
    expect(first?.learningRate).toBeLessThanOrEqual(plain)
    // It goes on with them, as any run does.
    const rest = await run({ ...options, resume: true })
    expect(rest.find((event) => event.kind === 'begin')).toMatchObject({ step: best.step + 3, resumedFrom: null })
    expect(rest.at(-1)).toMatchObject({ kind: 'end', step: 40, finished: true })
  })

  it('saves in between by the clock', async () => {
    const fixed = { compile: 'graph', precision: 'float32' } as const
    const options = optionsOf({ ...fixed, maxSteps: 1_000_000, checkpointMinutes: 0.1, evalInterval: 100_000 })
    const controller = new AbortController()
    const saved: TrainEvent[] = []
    for await (const event of train(options, controller.signal)) {
      if (event.kind !== 'checkpoint') continue
      saved.push(event)
      controller.abort()
    }
    expect(saved[0]).toMatchObject({ checkpoint: 'last' })
    // A moment after 6000, in whole milliseconds.
    expect(saved[0]?.kind === 'checkpoint' && saved[0].elapsedMs).toBeGreaterThanOrEqual(6000)
  })

  it('goes back with smaller steps when the loss explodes, and remembers that', async () => {
    const options = optionsOf({ compile: 'graph', learningRate: 1, minLearningRate: 1, gradClip: 0, maxSteps: 40 })
    const events = await run(options)
    const rollbacks = events.filter((event) => event.kind === 'rollback')
    expect(rollbacks.length).toBeGreaterThan(0)
    expect(rollbacks[0]).toMatchObject({ toStep: 0, learningRateFactor: 1 / 3 })
    expect(events.at(-1)).toMatchObject({ kind: 'end', step: 40, finished: true })
    const checkpoint = await openCheckpoint((await newestCheckpoint(options.runDir, 'last')) ?? '')
    expect(checkpoint.learningRateFactor).toBe(rollbacks.at(-1)?.learningRateFactor)
    const last = events.findLast((event) => event.kind === 'step')
    expect(last?.learningRate).toBeCloseTo(checkpoint.learningRateFactor, 6)
  })

  it('ends as diverged when smaller steps do not help, and leaves the checkpoint before it', async () => {
    const options = optionsOf({ compile: 'graph' })
    await run(options, 5)
    const broken = { ...options.config, learningRate: 1e30, minLearningRate: 1e30, gradClip: 0, maxSteps: 60 }
    const resumed = run({ ...options, config: broken, resume: true })
    await expect(resumed).rejects.toMatchObject({ code: 'training.diverged' })
    expect(await newestCheckpoint(options.runDir, 'last')).toMatch(/last-5$/)

    // What was saved knows nothing of that; whoever resumes it does.
    const [step] = stepsOf(await run({ ...options, resume: true, learningRateFactor: 1 / 81 }, 6))
    expect(step?.step).toBe(6)
    expect(step?.learningRate).toBeCloseTo(learningRateAt(5, options.config) / 81, 9)
    const checkpoint = await openCheckpoint((await newestCheckpoint(options.runDir, 'last')) ?? '')
    expect(checkpoint).toMatchObject({ step: 6, learningRateFactor: 1 / 81 })
  })

  it('ends before its steps when its patience is at its end, the same when it was stopped in between', async () => {
    // Too large a step to learn anything: the first evaluations are the best.
    const fixed = { compile: 'graph', precision: 'float32', learningRate: 0.3, minLearningRate: 0.3 } as const
    const change = { ...fixed, maxSteps: 1000, evalInterval: 5, sampleInterval: 1000, patience: 4 }
    const whole = optionsOf(change)
    const events = await run(whole)
    const evals = events.filter((event) => event.kind === 'eval')
    const losses = evals.map((event) => event.valLossNats)
    const best = losses.indexOf(Math.min(...losses))
    expect(losses.length).toBe(best + 1 + 4)
    const step = 5 * losses.length
    expect(step).toBeLessThan(1000)
    expect(events.at(-1)).toMatchObject({ kind: 'end', step, finished: true })
    expect(events.filter((event) => event.kind === 'sample')).toMatchObject([{ step }])
    expect((await readdir(join(whole.runDir, 'checkpoints'))).sort()).toEqual([
      `best-${5 * (best + 1)}`,
      `last-${step}`,
    ])

    // Between two evaluations that it waits in, and in the middle of one.
    for (const stopAt of [step - 8, step - 5]) {
      const options = optionsOf(change)
      const before = await run(options, stopAt)
      expect(before.at(-1)).toMatchObject({ kind: 'end', step: stopAt, finished: false })
      const after = await run({ ...options, resume: true })
      expect([...numbersOf(before), ...numbersOf(after)]).toEqual(numbersOf(events))
      expect(after.at(-1)).toMatchObject({ kind: 'end', step, finished: true })
      // Killed after its last save, it has nothing left to do.
      const again = await run({ ...options, resume: true })
      expect(numbersOf(again)).toEqual([])
      expect(again.at(-1)).toMatchObject({ kind: 'end', step, finished: true })
    }
  })

  it('ends at once when it is stopped while it compiles', async () => {
    const options = optionsOf({ compile: 'xla' })
    const controller = new AbortController()
    const events: TrainEvent[] = []
    let beforeCompiled = true
    for await (const event of train(options, controller.signal)) {
      events.push(event)
      if (event.kind === 'begin') beforeCompiled = false
      if (event.kind === 'stage' && event.stage === 'compiling') {
        setTimeout(() => {
          controller.abort()
        }, 10)
      }
    }
    expect(beforeCompiled).toBe(true)
    expect(events.at(-1)).toEqual({ kind: 'end', step: 0, elapsedMs: 0, finished: false })
  })

  it('starts anew where a resumed run has no checkpoint yet', async () => {
    const events = await run({ ...optionsOf({ compile: 'graph', maxSteps: 2 }), resume: true })
    expect(events.find((event) => event.kind === 'begin')).toMatchObject({ step: 0 })
  })

  it('refuses a context that is longer than the text', async () => {
    await expect(run(optionsOf({ blockSize: 2048, compile: 'graph' }))).rejects.toMatchObject({
      code: 'config.contextTooLong',
    })
  })

  it('runs on WASM too', async () => {
    const engineOptions = { engine: 'wasm', tensorflowDirs: [] } as const
    const options = optionsOf({ maxSteps: 6, evalInterval: 3, sampleInterval: 6 }, { engineOptions })
    const events = await run(options)
    expect(events.at(-1)).toMatchObject({ kind: 'end', step: 6, finished: true })
    expect(events.find((event) => event.kind === 'tier')).toMatchObject({ kind: 'tier', step: 1, tier: 'eager' })
    expect(events.find((event) => event.kind === 'begin')).toMatchObject({ engine: 'wasm' })
  })
})
