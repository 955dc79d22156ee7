import type { RunConfig } from '../../src-preload/contract/records'
import type { EngineOptions } from '../backend/jobs/protocol'
import type { StepTimes } from '../plan/time'
import { drawnWeights } from './model/init'
import { stepSpecOf } from './model/model'
import { RandomStream } from './random'
import { openEngine } from './runtime/engine'
import type { Tokens, TrainStep } from './runtime/step'
import { sampleText } from './sample'

/** Enough for a median that other programs' bursts do not spoil. */
const mostSteps = 15
const enoughMs = 2500
/** The first steps fill caches and start threads. */
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
 * of other ways to compute them, its evaluation and its samples. Changes nothing.
 * @returns twice at most: as a run begins, and when it has settled
 */
export async function* timeSteps(
  { config, vocabSize, engineOptions }: TimedTraining,
  signal: AbortSignal,
): AsyncGenerator<StepTimes> {
  const begunAt = performance.now()
  const engine = await openEngine(engineOptions)
  const { compile, precision, maxSteps: plannedSteps, learningRate } = config
  const trainStep = await engine.compileStep(stepSpecOf(config, vocabSize), { compile, precision, plannedSteps })
  try {
    trainStep.writeWeights(drawnWeights(config, vocabSize, config.seed))
    let done = 0
    const step = async (): Promise<void> => {
      const batch = randomTokens(config, vocabSize, ++done)
      await trainStep.run(done, learningRate, batch)
      // Waits for the device: a graphics card takes commands faster than it works.
      await trainStep.readMetrics()
    }
    const batch = randomTokens(config, vocabSize, 0)
    const evaluation = async (): Promise<void> => {
      await trainStep.evaluate(batch, batch.x.length)
    }
    const sample = async (): Promise<void> => {
      await sampleText(trainStep, engine, anyTokenizer, config, signal)
    }
    const times = async (): Promise<Pick<StepTimes, 'stepMs' | 'evaluationMs' | 'sampleMs'>> => ({
      stepMs: await medianMs(step, mostSteps),
      // The first one records it.
      evaluationMs: await evaluation().then(() => medianMs(evaluation, 5)),
      sampleMs: config.sampleInterval === 0 ? 0 : await sample().then(() => medianMs(sample, 3)),
    })

    await step()
    const startMs = performance.now() - begunAt
    const startedAt = performance.now()
    for (let i = 0; i < warmUpSteps; i++) await step()
    const first = await times()
    const begun = { startMs, firstStepMs: first.stepMs }
    if (isSettled(trainStep)) {
      yield { ...first, ...begun, settled: { afterMs: 0, steps: 0 } }
      return
    }
    yield { ...first, ...begun, settled: null }
    while (!signal.aborted && !isSettled(trainStep) && performance.now() - startedAt < settleLimitMs) await step()
    if (!isSettled(trainStep)) return
    const settled = { afterMs: performance.now() - startedAt, steps: done }
    yield { ...begun, ...(await times()), settled }
  } finally {
    trainStep.close()
  }
}

/** Asked through a call: TypeScript would remember an earlier answer. */
const isSettled = ({ settled }: TrainStep): boolean => settled

/** Median of up to `most` calls, fewer where they take long. */
async function medianMs(call: () => Promise<void>, most: number): Promise<number> {
  const times: number[] = []
  let totalMs = 0
  while (times.length < most && totalMs < enoughMs) {
    const startedAt = performance.now()
    await call()
    const ms = performance.now() - startedAt
    times.push(ms)
    totalMs += ms
  }
  return times.sort((a, b) => a - b)[times.length >> 1] ?? NaN
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
