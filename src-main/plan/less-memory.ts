import type { RunConfig } from '../../src-preload/contract/records'
import { nextDivisor } from './divisor'

/**
 * What to change in a config so that the same step needs less memory; null when nothing is left. Parts come first: they
 * cost least time (docs/log.md). Blocks that are computed again come when each example is a part of its own.
 */
export function lessMemory({
  model,
  batchSize,
  accumulation,
  activationCheckpointing,
}: RunConfig): Partial<RunConfig> | null {
  if (accumulation < batchSize) return { accumulation: nextDivisor(batchSize, 2 * accumulation) }
  if (model !== 'lstm' && activationCheckpointing === 'off') return { activationCheckpointing: 'on' }
  return null
}
