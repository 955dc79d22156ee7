import { cpus } from 'node:os'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { EngineOptions } from '../backend/jobs/protocol'
import { usualMs, type StepTimes } from '../plan/time'
import { drawnWeights } from './model/init'
import { stepSpecOf } from './step-spec'
import { RandomStream } from './random'
import { openEngine } from './runtime/engine'
import type { Tokens, TrainStep } from './train-step'
import { sampleText } from './loop/sample'

/** Enough for a mean that other programs' bursts do not spoil. */
const mostSteps = 40
const enoughMs = 3000
/** Of the time that a step takes before another way is ready: it is soon over. */
const firstSteps = { most: 15, enoughMs: 2000 }
/** The first steps of a way fill caches and start threads; they count as part of the time until it has settled. */
const warmUpSteps = 2
/** To wait for a way to compute that is better: what XLA compiles here, the run finds ready. */
const settleLimitMs = 90_000

export interface TimedTraining {
  readonly config: RunConfig
  readonly vocabSize: number
  readonly engineOptions: EngineOptions
}

/**
 * Times a training by computing its first steps, on random tokens: the steps of the run itself, with the same trials
 * of other ways to compute them, its evaluation and its samples. Changes nothing but the cache of compiled programs: called
 * again in another process, it measures what a run finds that comes after it.
 * @param begunAt when its process began, as performance.now() tells it
 * @returns twice at most: as a run begins, and when it has settled
 */
export async function* timeSteps(
  { config, vocabSize, engineOptions }: TimedTraining,
  signal: AbortSignal,
  begunAt = performance.now(),
): AsyncGenerator<StepTimes> {
  const othersShare = watchOthers()
  const engine = await openEngine(engineOptions)
  const { compile, precision, maxSteps: plannedSteps, learningRate } = config
  const spec = stepSpecOf(config, vocabSize)
  const trainStep = await engine.compileStep(spec, { compile, precision, plannedSteps })
  try {
    trainStep.writeWeights(drawnWeights(spec.model.weights, config.seed))
    let done = 0
    const step = async (): Promise<void> => {
      const batch = randomTokens(config, vocabSize, ++done)
      await trainStep.run({ step: done, learningRate, batch })
      // Waits for the device: a graphics card takes commands faster than it works.
      await trainStep.readMetrics()
    }
    const batch = randomTokens(config, vocabSize, 0)
    const evaluation = async (): Promise<void> => {
      await trainStep.evaluate(batch)
    }
    const sample = async (): Promise<void> => {
      await sampleText({ trainStep, engine, model: spec.model, tokenizer: anyTokenizer, config }, signal)
    }
    const beside = async (): Promise<Pick<StepTimes, 'evaluationMs' | 'sampleMs'>> => ({
      // The first one records it.
      evaluationMs: await evaluation().then(() => usualMsOf(evaluation, { most: 5, enoughMs })),
      sampleMs: config.sampleInterval === 0 ? 0 : await sample().then(() => usualMsOf(sample, { most: 3, enoughMs })),
    })

    await step()
    const startMs = performance.now() - begunAt
    const startedAt = performance.now()
    // A step that another way computes would be no measure of the first one.
    const unsettled = await timesOf(step, { ...firstSteps, while: () => !isSettled(trainStep) })
    const firstStepMs = usualMs(unsettled.length > warmUpSteps ? unsettled.slice(warmUpSteps) : unsettled)
    let besideMs = 0
    if (!isSettled(trainStep)) {
      const measuredAt = performance.now()
      const first = await beside()
      besideMs = performance.now() - measuredAt
      yield { startMs, firstStepMs, stepMs: firstStepMs, ...first, settled: null, othersShare: othersShare() }
      while (!signal.aborted && !isSettled(trainStep) && performance.now() - startedAt < settleLimitMs) await step()
      if (!isSettled(trainStep)) return
    }
    for (let i = 0; i < warmUpSteps; i++) await step()
    const settled = { afterMs: performance.now() - startedAt - besideMs, steps: done }
    const stepMs = await usualMsOf(step, { most: mostSteps, enoughMs })
    const times = { startMs, firstStepMs: firstStepMs || stepMs, stepMs, ...(await beside()), settled }
    yield { ...times, othersShare: othersShare() }
  } finally {
    trainStep.close()
  }
}

/** Asked through a call: TypeScript would remember an earlier answer. */
const isSettled = ({ settled }: TrainStep): boolean => settled

interface Enough {
  readonly most: number
  readonly enoughMs: number
  readonly while?: () => boolean
}

/** Of up to `most` calls, fewer where they take long. */
async function timesOf(call: () => Promise<void>, { most, enoughMs, while: goesOn }: Enough): Promise<number[]> {
  const times: number[] = []
  let totalMs = 0
  while (times.length < most && totalMs < enoughMs && goesOn?.() !== false) {
    const startedAt = performance.now()
    await call()
    const ms = performance.now() - startedAt
    times.push(ms)
    totalMs += ms
  }
  return times
}

const usualMsOf = async (call: () => Promise<void>, enough: Enough): Promise<number> =>
  usualMs(await timesOf(call, enough))

/** @returns asks for what other programs used of all processors since, 0 to 1 */
function watchOthers(): () => number {
  const usage = (): { busyMs: number; totalMs: number; ownMs: number } => {
    const { user, system } = process.cpuUsage()
    const cores = cpus().map(({ times }) => ({
      busy: times.user + times.nice + times.sys + times.irq,
      idle: times.idle,
    }))
    const busyMs = cores.reduce((sum, { busy }) => sum + busy, 0)
    return { busyMs, totalMs: cores.reduce((sum, { idle }) => sum + idle, busyMs), ownMs: (user + system) / 1000 }
  }
  const before = usage()
  return () => {
    const now = usage()
    const others = now.busyMs - before.busyMs - (now.ownMs - before.ownMs)
    return Math.min(1, Math.max(0, others / Math.max(1, now.totalMs - before.totalMs)))
  }
}

function randomTokens({ batchSize, blockSize, seed }: RunConfig, vocabSize: number, step: number): Tokens {
  const random = new RandomStream(seed, 'batches', step)
  const tokens = (): Int32Array => Int32Array.from({ length: batchSize * blockSize }, () => random.intBelow(vocabSize))
  return { x: tokens(), y: tokens() }
}

/** What a sample costs does not depend on what its tokens mean. */
const anyTokenizer = {
  encode: () => [0],
  decodeStream: () => ({ push: () => '' }),
  endOfText: null,
  untrained: null,
}
