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
