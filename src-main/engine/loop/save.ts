import type { CheckpointKind } from '../../../src-preload/contract/records/checkpoints'
import type { TrainEvent } from '../../backend/jobs/protocol'
import { sizeOf } from '../model/weight-table'
import { saveCheckpoint } from '../checkpoint'
import type { TensorStream } from '../tensor-stream'
import { stage, type Training } from './training'

/** Says so first, and how far it is: whoever waits for the run to end waits for as long as saving gets on. */
export async function* save(training: Training, kind: CheckpointKind): AsyncGenerator<TrainEvent> {
  const { own, engine, trainStep, run, modes } = training
  yield stage('saving')
  const { step, valLossNats, bestValLossNats, evaluationsSinceBest, learningRateFactor, momentsFrom } = run
  const { elapsedMs } = run.clock
  const losses = { valLossNats, bestValLossNats, evaluationsSinceBest }
  const computed = { ...modes.mode, settled: trainStep.settled, engine: engine.id }
  const { weights } = trainStep.tensors
  const optimizer = kind === 'last' ? trainStep.tensors.optimizer : null
  const { runDir, ...settings } = own
  const saving = saveCheckpoint(runDir, {
    ...{ kind, step, elapsedMs, learningRateFactor, momentsFrom },
    ...{ ...losses, ...computed, ...settings, weights, optimizer },
  })
  const { sizeBytes } = yield* progressOf(saving, bytesOf(weights) + bytesOf(optimizer))
  if (kind === 'last') run.savedStep = step
  yield { kind: 'checkpoint', checkpoint: kind, step, elapsedMs, valLossNats, sizeBytes }
}

async function* progressOf<T>(saving: AsyncGenerator<number, T>, totalBytes: number): AsyncGenerator<TrainEvent, T> {
  let doneBytes = 0
  for (;;) {
    yield stage('saving', { doneBytes, totalBytes })
    const next = await saving.next()
    if (next.done === true) return next.value
    doneBytes += next.value
  }
}

/** Of all numbers; a file has a header besides. */
const bytesOf = (tensors: TensorStream | null): number =>
  4 * [...(tensors?.shapes.values() ?? [])].reduce((sum, shape) => sum + sizeOf(shape), 0)
