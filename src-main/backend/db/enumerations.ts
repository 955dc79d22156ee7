import { z } from 'zod'
import * as r from '../../../src-preload/contract/records'

/**
 * What the columns with a fixed list of values may hold. The lists grow with features, so they stand in the contract and
 * not in the schema, where each new value would be a migration.
 */
const enumerations = {
  corpora: z.object({ state: r.corpusState }),
  tokenizers: z.object({ kind: r.tokenizerKind }),
  runs: z.object({
    state: r.runState,
    model: r.modelKind,
    engine: r.engineId.nullable(),
    /** How somebody, perhaps through another process, asked the owner to end this run. */
    wanted: r.runEnding.nullable(),
  }),
  checkpoints: z.object({ kind: r.checkpointKind }),
  tiers: z.object({ tier: r.tier, precision: r.precision }),
  messages: z.object({
    role: r.messageRole,
    checkpoint: r.checkpointKind.nullable(),
    end_reason: r.endReason.nullable(),
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
