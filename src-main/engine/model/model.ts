import type { RunConfig } from '../../../src-preload/contract/records'
import type { Forward } from '../runtime/ops'
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
