import type { RunConfig } from '../../../src-preload/contract/records'
import { weightShapes } from '../../plan/shapes'
import type { Forward } from '../runtime/ops'
import type { StepSpec } from '../runtime/step'
import { gptForward } from './gpt'
import { lstmForward } from './lstm'

/** The model that the configuration names, as a function of its weights: `(weights, x [B, T], ops)` → logits `[B·T, V]` */
export function forwardOf(config: RunConfig): Forward {
  switch (config.model) {
    case 'gpt':
      return gptForward(config)
    case 'lstm':
      return lstmForward(config)
  }
}

/** The training step that the configuration names, for a vocabulary of `vocabSize` pieces. */
export function stepSpecOf(config: RunConfig, vocabSize: number): StepSpec {
  const { batchSize, blockSize, seed, gradClip, beta1, beta2, epsilon, weightDecay } = config
  return {
    weights: weightShapes(config, vocabSize),
    forward: forwardOf(config),
    batchSize,
    blockSize,
    seed,
    gradClip,
    optimizer: { beta1, beta2, epsilon, weightDecay },
  }
}

/**
 * The largest unrolled LSTM, in layers times steps, that XLA is worth starting for. A step becomes 15 to 20 % faster, but
 * 2 × 64 steps take about 20 s of processor time to compile, and 2 × 256 had not finished after 4 minutes (docs/log.md).
 */
const longestUnrolledLstm = 128

/** How a training step is compiled: what the person chose, except that `auto` leaves long LSTMs as a plain graph. */
export function compileOf(config: RunConfig): RunConfig['compile'] {
  const { compile, model, nLayer, blockSize } = config
  return compile === 'auto' && model === 'lstm' && nLayer * blockSize > longestUnrolledLstm ? 'graph' : compile
}
