import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { initialWeights } from '../../src-main/engine/model/init'
import { stepSpecOf } from '../../src-main/engine/model/model'
import { RandomStream } from '../../src-main/engine/random'
import { composedOps } from '../../src-main/engine/runtime/composed-ops'
import { EagerTrainStep } from '../../src-main/engine/runtime/eager-step'
import { openEngine, type Engine } from '../../src-main/engine/runtime/engine'
import type { TrainStep } from '../../src-main/engine/runtime/step'
import { exitNow } from '../../src-main/engine/tasks/exit-now'
import { openTensorFlowBackend } from '../../src-main/engine/runtime/tensorflow/backend'
import type { RunConfig } from '../../src-preload/contract/records'
import { ourModes, type OurMode } from './our-modes'
import type { SideStart, SideSteps } from './step-side'

/** Our side of the step benchmark: step-side.ts says what it is asked. */

interface Question {
  readonly mode: OurMode
  readonly config: RunConfig
  readonly vocabSize: number
  readonly tensorflowDir: string
}

/** Of this program alone: getrusage may still hold the peak of the process that started it. */
function peakBytes(): number {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024
  } catch {
    return process.resourceUsage().maxRSS * 1024
  }
}

async function openStep(engine: Engine, { mode, config, vocabSize }: Question): Promise<TrainStep> {
  const ours = ourModes[mode]
  const spec = stepSpecOf({ ...config, ...ours.config }, vocabSize)
  if (ours.opByOp) {
    return new EagerTrainStep(spec, {
      activate: () => {
        engine.activate()
      },
      opsOf: composedOps,
    })
  }
  return engine.compileStep(spec, { compile: ours.config.compile })
}

async function main(): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  const answer = (value: SideStart | SideSteps): void => {
    console.log(JSON.stringify(value))
  }
  const question = JSON.parse((await lines.next()).value as string) as Question
  const { config, vocabSize, tensorflowDir } = question
  const engine = await openEngine({ engine: 'tensorflow', tensorflowDirs: [tensorflowDir] })
  const { context } = await openTensorFlowBackend(tensorflowDir)
  const opened = performance.now()
  const trainStep = await openStep(engine, question)
  trainStep.writeWeights(initialWeights(config, vocabSize, config.seed))
  const random = new RandomStream(1, 'test')
  const ids = (): Int32Array =>
    Int32Array.from({ length: config.batchSize * config.blockSize }, () => random.intBelow(vocabSize))
  let done = 0
  const step = async (): Promise<number> => {
    const batch = { x: ids(), y: ids() }
    const began = performance.now()
    await trainStep.run(++done, config.learningRate, batch)
    return performance.now() - began
  }
  await step()
  answer({ version: `${engine.id} ${engine.version}`, firstStepMs: performance.now() - opened })
  for await (const line of { [Symbol.asyncIterator]: () => lines }) {
    const { budgetMs } = JSON.parse(line) as { budgetMs: number }
    const before = context.executed
    const cpu = process.cpuUsage()
    const stepMs: number[] = []
    while (stepMs.length < 2 || stepMs.reduce((a, b) => a + b) < budgetMs) stepMs.push(await step())
    const nativeCalls = (context.executed - before) / stepMs.length
    const { user, system } = process.cpuUsage(cpu)
    const cpuMs = (user + system) / 1000 / stepMs.length
    const { lossNats } = await trainStep.readMetrics()
    if (!Number.isFinite(lossNats)) throw new Error(`The loss became ${lossNats}`)
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
