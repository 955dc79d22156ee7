import type { RunConfig } from '../../src-preload/contract/records/run-config'

/** Steps of one measurement of one way to compute a step. */
export const stepsPerMeasure = 3
/** A trial measures two ways, each twice. */
export const stepsPerWay = 2 * stepsPerMeasure
/** Trials may take that share of a run. */
const trialShare = 0.03

/** Whether a run is long enough for trials of so many other ways; a shorter one has none, and stays in float32. */
export const isWorthTrying = (ways: number, plannedSteps: number): boolean =>
  plannedSteps * trialShare >= ways * 2 * stepsPerWay

const waysOf = ({ compile, precision }: RunConfig): number =>
  (compile === 'auto' ? 1 : 0) + (precision === 'auto' ? 1 : 0)

/** Whether a run compares ways to compute its steps. */
export const triesWays = (config: RunConfig): boolean => isWorthTrying(waysOf(config), config.maxSteps)

/**
 * The config without what is not tried: what costs neither time nor memory.
 * @param triesBfloat16 whether this processor multiplies bfloat16
 */
export const asTried = (config: RunConfig, triesBfloat16: boolean): RunConfig =>
  config.precision === 'auto' && !(triesBfloat16 && triesWays(config)) ? { ...config, precision: 'float32' } : config
