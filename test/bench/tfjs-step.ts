import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import * as tf from '@tensorflow/tfjs'
import { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend'
import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding'
import { initialWeights } from '../model'
import { RandomStream } from '../../src-main/engine/random'
import { openTensorFlowBackend } from '../../src-main/engine/runtime/tensorflow/backend'
import { exitNow } from '../../src-main/engine/tasks/exit-now'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { peakBytes } from './program'
import type { SideStart, SideSteps } from './step-side'
import { TfjsGpt } from './tfjs-gpt'

/** TensorFlow.js's own way as a side of the step benchmark: step-side.ts says what it is asked. */

interface Question {
  readonly config: RunConfig
  readonly vocabSize: number
  readonly tensorflowDir: string
  /** tfjs-node's native add-on, built for the same libtensorflow (resources/dev/tfjs-addon.mjs); absent: its kernels call through our binding. */
  readonly addon?: string
}

/** Both register tfjs-node's kernels. @returns counts the ops executed so far */
async function openBackend({ addon, tensorflowDir }: Question): Promise<() => number> {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3'
  if (addon === undefined) {
    const { context } = await openTensorFlowBackend(tensorflowDir)
    return () => context.executed
  }
  const binding = createRequire(import.meta.url)(addon) as TFJSBinding
  let executed = 0
  const counted = Object.create(binding, {
    executeOp: {
      value: (...args: Parameters<TFJSBinding['executeOp']>) => {
        executed++
        return binding.executeOp(...args)
      },
    },
  }) as TFJSBinding
  const name = 'tensorflow'
  tf.registerBackend(name, () => new NodeJSKernelBackend(counted, '@tensorflow/tfjs-node'), 4)
  await tf.setBackend(name)
  return () => executed
}

async function main(): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  const answer = (value: SideStart | SideSteps): void => {
    console.log(JSON.stringify(value))
  }
  const question = JSON.parse((await lines.next()).value as string) as Question
  const { config, vocabSize } = question
  const calls = await openBackend(question)
  const opened = performance.now()
  const model = new TfjsGpt(config, vocabSize, initialWeights(config, vocabSize, config.seed))
  const random = new RandomStream(1, 'test')
  const ids = (): Int32Array =>
    Int32Array.from({ length: config.batchSize * config.blockSize }, () => random.intBelow(vocabSize))
  let lossNats = NaN
  const step = (): number => {
    const batch = { x: ids(), y: ids() }
    const began = performance.now()
    const loss = model.step(batch)
    lossNats = loss.dataSync()[0] ?? NaN
    loss.dispose()
    if (!Number.isFinite(lossNats)) throw new Error(`The loss became ${lossNats}`)
    return performance.now() - began
  }
  step()
  answer({ version: `tfjs ${tf.version.tfjs}`, firstStepMs: performance.now() - opened, firstLossNats: lossNats })
  for await (const line of { [Symbol.asyncIterator]: () => lines }) {
    const { budgetMs } = JSON.parse(line) as { budgetMs: number }
    const before = calls()
    const cpu = process.cpuUsage()
    const stepMs: number[] = []
    while (stepMs.length < 2 || stepMs.reduce((a, b) => a + b) < budgetMs) stepMs.push(step())
    const nativeCalls = (calls() - before) / stepMs.length
    const { user, system } = process.cpuUsage(cpu)
    answer({ stepMs, cpuMs: (user + system) / 1000 / stepMs.length, peakBytes: peakBytes(), nativeCalls })
  }
}

main().then(
  () => exitNow(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
