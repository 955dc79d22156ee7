import { readFileSync, readdirSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs'
import type { JobTask } from '../../src-main/backend/jobs/protocol'
import { openTensorFlowBackend } from '../../src-main/engine/runtime/tensorflow/backend'
import { Outbox } from '../../src-main/engine/tasks/emit'
import { exitNow } from '../../src-main/engine/tasks/exit-now'
import { runTrain } from '../../src-main/engine/tasks/train'

/** A training job as engine/job.ts runs it, which counts what it holds besides: soak.ts is its parent. */

export interface SoakTask {
  readonly task: Extract<JobTask, { kind: 'train' }>
  readonly tensorflowDir: string
  readonly countEverySteps: number
}

export interface SoakCount {
  readonly step: number
  /** That TensorFlow.js knows of. */
  readonly tensors: number
  /** Values that the binding keeps for it. */
  readonly values: number
  readonly openFiles: number
  readonly rssBytes: number
  /** Of V8: what of the rest is JavaScript's. */
  readonly heapBytes: number
}

const rssBytes = (): number =>
  Number(/VmRSS:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? NaN) * 1024

async function run({ task, tensorflowDir, countEverySteps }: SoakTask): Promise<void> {
  const outbox = new Outbox()
  const happened = { eval: 0, sample: 0, checkpoint: 0 }
  await runTrain(
    task,
    async (event) => {
      await outbox.emit(event)
      if (event.kind === 'eval' || event.kind === 'sample' || event.kind === 'checkpoint') happened[event.kind]++
      if (event.kind !== 'step' || event.step % countEverySteps !== 0) return
      // Opened long ago: gives what the training uses.
      const { binding } = await openTensorFlowBackend(tensorflowDir)
      const count: SoakCount = {
        step: event.step,
        tensors: tf.memory().numTensors,
        values: binding.getNumOfTensors(),
        openFiles: readdirSync('/proc/self/fd').length,
        rssBytes: rssBytes(),
        heapBytes: process.memoryUsage().heapUsed,
      }
      process.send?.({ kind: 'count', count })
    },
    new AbortController().signal,
  )
  process.send?.({ kind: 'happened', happened })
  await outbox.flush()
}

process.once('message', (soak: SoakTask) => {
  run(soak).then(
    () => exitNow(0),
    (error: unknown) => {
      console.error(error)
      return exitNow(1)
    },
  )
})
