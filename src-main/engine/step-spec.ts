import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { modelFrom } from './model/registry'
import type { StepSpec } from './train-step'

/** The training step that the configuration names, for a vocabulary of `vocabSize` tokens. */
export function stepSpecOf(config: RunConfig, vocabSize: number): StepSpec {
  const { batchSize, blockSize, accumulation, seed, dropout, activationCheckpointing } = config
  const { gradClip, beta1, beta2, epsilon, weightDecay, optimizer } = config
  const matrixRate = config.matrixLearningRate / config.learningRate
  return {
    model: modelFrom(config, vocabSize),
    batchSize,
    blockSize,
    accumulation,
    seed,
    dropout,
    activationCheckpointing: activationCheckpointing === 'on',
    gradClip,
    optimizer: { optimizer, beta1, beta2, epsilon, weightDecay, matrixRate },
  }
}
