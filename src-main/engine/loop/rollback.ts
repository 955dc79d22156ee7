import { AppError } from '../../../src-preload/contract/errors'
import type { TrainEvent } from '../../backend/jobs/protocol'
import { loweredFactor } from '../../plan/rollback'
import { sizeOf } from '../model/weight-table'
import type { TensorSource } from '../ops'
import type { TensorStream } from '../tensor-stream'
import type { StepMetrics } from '../train-step'
import { restore, stateToResume } from './resume'
import type { Training } from './training'

/**
 * Far worse than a guess, which every run begins with, or no number at all (a step that computes that leaves the weights as
 * they were).
 */
export const isLost = ({ lossNats, gradNorm }: StepMetrics, vocabSize: number): boolean =>
  !Number.isFinite(lossNats + gradNorm) || lossNats > 2 * Math.log(vocabSize)

/**
 * To the last state that was saved, with smaller steps: the same steps would go the same way.
 * @param smallest factor of the learning rate with which it is tried
 * @throws `training.diverged` where that was tried
 */
export async function rollBack({ own, trainStep, run, modes }: Training, smallest: number): Promise<TrainEvent> {
  const { step } = run
  run.learningRateFactor = loweredFactor(run.learningRateFactor)
  if (run.learningRateFactor < smallest) throw new AppError('training.diverged', { step })
  const from = (await stateToResume(own))?.checkpoint ?? null
  if (!from?.optimizer) trainStep.writeOptimizer(zerosOf(trainStep.tensors.optimizer))
  restore(trainStep, own, from)
  run.goTo(from)
  modes.forget()
  const { learningRateFactor } = run
  return { kind: 'rollback', step, toStep: run.step, learningRateFactor, accumulation: null }
}

const zerosOf = ({ shapes }: TensorStream): TensorSource => ({
  get: (name) => {
    const shape = shapes.get(name)
    return shape && { shape, data: new Float32Array(sizeOf(shape)) }
  },
})
