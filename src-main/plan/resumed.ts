import type { EngineId } from '../../src-preload/contract/records/computer'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import type { Precision, Tier } from '../../src-preload/contract/records/steps'

/** How a run computed when it was saved. */
export interface ComputedBefore {
  readonly engine: EngineId
  readonly tier: Tier
  readonly precision: Precision
  /** Whether all ways had been tried. */
  readonly settled: boolean
}

/**
 * The settings with which a run goes on: ways of computing differ in the last bits, so what was left to choose stays as it
 * was. What the settings name is computed so: it may have been changed since, to need less memory.
 */
export function resumedConfig(config: RunConfig, before: ComputedBefore | null, engine: EngineId): RunConfig {
  if (before?.engine !== engine || before.tier === 'eager') return config
  const { tier, precision, settled } = before
  return {
    ...config,
    precision: config.precision === 'auto' ? precision : config.precision,
    compile: config.compile === 'auto' && (settled || tier === 'xla') ? tier : config.compile,
  }
}
