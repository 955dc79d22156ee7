import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import { weightShapes } from '../../plan/shapes'
import type { Forward } from '../runtime/ops'
import type { StepSpec } from '../train-step'
import { gptForward } from './gpt'
import { lstmForward } from './lstm'
import { modernForward } from './modern'

/** The model that the configuration names, as a function of its weights: `(weights, x [B, T], ops)` → what makes the logits `[B·T, V]` */
export function forwardOf(config: RunConfig): Forward {
  switch (config.model) {
    case 'gpt':
      return gptForward(config)
    case 'modern':
      return modernForward(config)
    case 'lstm':
      return lstmForward(config)
  }
}

/** The training step that the configuration names, for a vocabulary of `vocabSize` pieces. */
export function stepSpecOf(config: RunConfig, vocabSize: number): StepSpec {
  const { batchSize, blockSize, accumulation, seed, gradClip, beta1, beta2, epsilon, weightDecay, optimizer } = config
  const matrixRate = config.matrixLearningRate / config.learningRate
  return {
    weights: weightShapes(config, vocabSize),
    forward: forwardOf(config),
    batchSize,
    blockSize,
    scoresPerExample: config.model === 'lstm' ? 0 : config.nHead * blockSize ** 2,
    accumulation,
    seed,
    gradClip,
    optimizer: { optimizer, beta1, beta2, epsilon, weightDecay, matrixRate },
  }
}
