import { createInterface } from 'node:readline'
import { drawnWeights } from '../../src-main/engine/model/init'
import { modelFrom } from '../../src-main/engine/model/registry'
import { stepSpecOf } from '../../src-main/engine/step-spec'
import { RandomStream } from '../../src-main/engine/random'
import { composedOps } from '../../src-main/engine/runtime/composed-ops'
import { EagerTrainStep } from '../../src-main/engine/runtime/eager-step'
import { openEngine, type Engine } from '../../src-main/engine/runtime/engine'
import type { TrainStep } from '../../src-main/engine/train-step'
import { exitNow } from '../../src-main/engine/tasks/exit-now'
import { openTensorFlowBackend } from '../../src-main/engine/runtime/tensorflow/backend'
import type { EngineId } from '../../src-preload/contract/records/computer'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { ourModes, type OurMode } from './our-modes'
import { peakBytes } from './program'
import type { SideStart, SideSteps } from './step-side'

/** Our side of the step benchmark: step-side.ts says what it is asked. */

interface Question {
  readonly mode: OurMode
  readonly config: RunConfig
  readonly vocabSize: number
  readonly stepsPerWait: number
  readonly engine: EngineId
  readonly tensorflowDir?: string
  readonly runtimeDir?: string
}

async function openStep(engine: Engine, { mode, config, vocabSize }: Question): Promise<TrainStep> {
  const ours = ourModes[mode]
  const spec = stepSpecOf({ ...config, ...ours.config }, vocabSize)
  if (ours.opByOp && engine.id === 'tensorflow') {
    return new EagerTrainStep(spec, {
      activate: () => {
        engine.activate()
      },
      opsOf: composedOps,
    })
  }
  return engine.compileStep(spec, ours.config)
}

/** Counts the calls of libtensorflow; there are none of it on other engines. */
async function callCounter(engine: Engine): Promise<() => number | null> {
  if (engine.location === null) return () => null
  const { context } = await openTensorFlowBackend(engine.location)
  return () => context.executed
}

async function main(): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  const answer = (value: SideStart | SideSteps): void => {
    console.log(JSON.stringify(value))
  }
  const question = JSON.parse((await lines.next()).value as string) as Question
  const { config, vocabSize, tensorflowDir, runtimeDir, stepsPerWait } = question
  const tensorflowDirs = tensorflowDir === undefined ? [] : [tensorflowDir]
  const engine = await openEngine({
    engine: question.engine,
    tensorflowDirs,
    ...(runtimeDir === undefined ? {} : { runtimeDir }),
  })
  const calls = await callCounter(engine)
  const opened = performance.now()
  const trainStep = await openStep(engine, question)
  trainStep.writeWeights(drawnWeights(modelFrom(config, vocabSize).weights, config.seed))
  const random = new RandomStream(1, 'test')
  const ids = (): Int32Array =>
    Int32Array.from({ length: config.batchSize * config.blockSize }, () => random.intBelow(vocabSize))
  let done = 0
  /** @returns milliseconds a step, the wait for the device included */
  const steps = async (count: number): Promise<number> => {
    const batches = Array.from({ length: count }, () => ({ x: ids(), y: ids() }))
    const began = performance.now()
    for (const batch of batches) await trainStep.run({ step: ++done, learningRate: config.learningRate, batch })
    const { lossNats } = await trainStep.readMetrics()
    if (!Number.isFinite(lossNats)) throw new Error(`The loss became ${lossNats}`)
    return (performance.now() - began) / count
  }
  await steps(1)
  const firstStepMs = performance.now() - opened
  const { lossNats: firstLossNats } = await trainStep.readMetrics()
  answer({ version: `${engine.id} ${engine.version}`, firstStepMs, firstLossNats })
  for await (const line of { [Symbol.asyncIterator]: () => lines }) {
    const { budgetMs } = JSON.parse(line) as { budgetMs: number }
    const before = [calls(), done] as const
    const cpu = process.cpuUsage()
    const stepMs: number[] = []
    const totalMs = (): number => stepMs.reduce((sum, ms) => sum + ms * stepsPerWait, 0)
    while (stepMs.length < 2 || totalMs() < budgetMs) stepMs.push(await steps(stepsPerWait))
    const count = done - before[1]
    const after = calls()
    const nativeCalls = after === null || before[0] === null ? null : (after - before[0]) / count
    const { user, system } = process.cpuUsage(cpu)
    const cpuMs = (user + system) / 1000 / count
    answer({ stepMs, cpuMs, peakBytes: peakBytes(), nativeCalls })
  }
}

main().then(
  () => exitNow(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
