import { z } from 'zod'
import { checkpointKind } from '../../../src-preload/contract/records/checkpoints'
import { engineId } from '../../../src-preload/contract/records/computer'
import { endReason, messageRole } from '../../../src-preload/contract/records/conversations'
import { corpusState, textSplit } from '../../../src-preload/contract/records/corpora'
import { recordedModel, tokenizerKind } from '../../../src-preload/contract/records/run-config'
import { runEnding, runState } from '../../../src-preload/contract/records/runs'
import { precision, tier } from '../../../src-preload/contract/records/steps'

/**
 * What the columns with a fixed list of values may hold. The lists grow with features, so they stand in the contract and
 * not in the schema, where each new value would be a migration.
 */
const enumerations = {
  corpora: z.object({ state: corpusState }),
  tokenizers: z.object({ kind: tokenizerKind }),
  runs: z.object({
    state: runState,
    model: recordedModel,
    engine: engineId.nullable(),
    split: textSplit,
    /** How somebody, perhaps through another process, asked the owner to end this run. */
    wanted: runEnding.nullable(),
  }),
  checkpoints: z.object({ kind: checkpointKind }),
  tiers: z.object({ tier, precision }),
  messages: z.object({
    role: messageRole,
    checkpoint: checkpointKind.nullable(),
    end_reason: endReason.nullable(),
  }),
} as const

export type Enumerations = { [T in keyof typeof enumerations]: z.infer<(typeof enumerations)[T]> }

/**
 * The values, unchanged, for writing into a row of `table`.
 *
 * @throws ZodError when one is not in its column's list
 */
export function checked<T extends keyof Enumerations, V extends Partial<Enumerations[T]>>(table: T, values: V): V {
  enumerations[table].partial().parse(values)
  return values
}
