import type { CheckpointKind } from '../../../src-preload/contract/records/checkpoints'
import type { TrainEvent } from '../../backend/jobs/protocol'
import { saveCheckpoint } from '../checkpoint'
import { stage, type Training } from './training'

/** Says so first: whoever waits for the run to end gives saving more time than a step. */
export async function* save(training: Training, kind: CheckpointKind): AsyncGenerator<TrainEvent> {
  const { own, engine, trainStep, run, modes } = training
  yield stage('saving')
  const { step, valLossNats, bestValLossNats, evaluationsSinceBest, learningRateFactor, momentsFrom } = run
  const { elapsedMs } = run.clock
  const losses = { valLossNats, bestValLossNats, evaluationsSinceBest }
  const computed = { ...modes.mode, settled: trainStep.settled, engine: engine.id }
  const weights = await trainStep.readWeights()
  const optimizer = kind === 'last' ? await trainStep.readOptimizer() : null
  const { runDir, ...settings } = own
  const { sizeBytes } = await saveCheckpoint(runDir, {
    ...{ kind, step, elapsedMs, learningRateFactor, momentsFrom },
    ...{ ...losses, ...computed, ...settings, weights, optimizer },
  })
  trainStep.release(weights)
  if (optimizer) trainStep.release(optimizer)
  if (kind === 'last') run.savedStep = step
  yield { kind: 'checkpoint', checkpoint: kind, step, elapsedMs, valLossNats, sizeBytes }
}
