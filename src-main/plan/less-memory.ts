import { fieldApplies } from '../../src-preload/contract/limits'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { nextDivisor } from './divisor'

/** What a run tries beside its steps, and so what needs memory beside theirs. */
export interface Trials {
  /** XLA, which compiles by running a step of its own on copies of the state. */
  readonly xla: boolean
  readonly bfloat16: boolean
}

/**
 * What to change in a run that ran out of memory; null when nothing is left. What is only tried goes first: parts, of which
 * each way that is tried needs its own, would not help against it.
 */
export function afterOutOfMemory(config: RunConfig, trials: Trials): Partial<RunConfig> | null {
  if (config.compile === 'auto' && trials.xla) return { compile: 'graph' }
  if (config.precision === 'auto' && trials.bfloat16) return { precision: 'float32' }
  return lessMemory(config)
}

/**
 * What to change in a config so that the same step needs less memory; null when nothing is left. Parts come first: they
 * cost least time (docs/log/021). Blocks that are computed again come when each example is a part of its own.
 */
export function lessMemory({
  model,
  batchSize,
  accumulation,
  activationCheckpointing,
}: RunConfig): Partial<RunConfig> | null {
  if (accumulation < batchSize) return { accumulation: nextDivisor(batchSize, 2 * accumulation) }
  if (fieldApplies('activationCheckpointing', model) && activationCheckpointing === 'off')
    return { activationCheckpointing: 'on' }
  return null
}
