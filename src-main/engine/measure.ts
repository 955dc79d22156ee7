import { runLimits, withDefaults } from '../../src-preload/contract/limits'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { drawnWeights } from './model/init'
import { stepSpecOf } from './step-spec'
import { RandomStream } from './random'
import type { Engine } from './runtime/engine'
import type { Tokens } from './train-step'

/** The model of the defaults: GPT, 4 layers, width 128, B 12, T 64, vocabulary 512. */
const config = withDefaults({
  seed: 1,
  compile: 'graph',
  precision: 'float32',
} satisfies Partial<RunConfig>) as RunConfig
const vocabSize = runLimits.vocabSize.default

/** The first steps compile kernels and fill caches. A slow engine has fewer of both: it is not what will be used. */
const warmUpSteps = 3
const mostSteps = 15
const enoughMs = 1500

/**
 * Times training steps of one small fixed model, so that engines can be compared. The plain graph in float32, which every
 * run starts with: what a run finds out for its own shape later (runtime/autotune.ts) takes longer than this may.
 * @returns median time of a step, milliseconds, until its numbers are there
 */
export async function measureStep(engine: Engine): Promise<number> {
  const { compile, precision, learningRate } = config
  const spec = stepSpecOf(config, vocabSize)
  const step = await engine.compileStep(spec, { compile, precision })
  try {
    step.writeWeights(drawnWeights(spec.model.weights, config.seed))
    let done = 0
    const timed = async (most: number): Promise<number[]> => {
      const times: number[] = []
      let totalMs = 0
      while (times.length < most && totalMs < enoughMs) {
        const batch = randomTokens(++done)
        const startedAt = performance.now()
        await step.run({ step: done, learningRate, batch })
        // Waits for the device: a graphics card takes commands faster than it works.
        await step.readMetrics()
        const ms = performance.now() - startedAt
        times.push(ms)
        totalMs += ms
      }
      return times.sort((a, b) => a - b)
    }
    await timed(warmUpSteps)
    const times = await timed(mostSteps)
    return times[times.length >> 1] ?? NaN
  } finally {
    step.close()
  }
}

function randomTokens(step: number): Tokens {
  const random = new RandomStream(config.seed, 'batches', step)
  const tokens = (): Int32Array =>
    Int32Array.from({ length: config.batchSize * config.blockSize }, () => random.intBelow(vocabSize))
  return { x: tokens(), y: tokens() }
}
