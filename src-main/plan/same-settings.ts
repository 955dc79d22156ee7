import { runFields, runLimits } from '../../src-preload/contract/limits'
import type { RunConfig } from '../../src-preload/contract/records/run-config'

/** Equal for runs whose settings make the same numbers of the same text: all but what only decides how a run reports. */
export const settingsKey = (config: RunConfig): string =>
  JSON.stringify(
    runFields.filter((field) => runLimits[field].group !== 'reporting').map((field) => [field, config[field]]),
  )
