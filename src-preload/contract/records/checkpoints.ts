/** What a run saves, and goes on from or back to. */

import { z } from '../zod'
import { timestamp } from './common'

export const checkpointKind = z.enum(['best', 'last'])
export type CheckpointKind = z.infer<typeof checkpointKind>
export const checkpointRecord = z.object({
  kind: checkpointKind,
  step: z.number().int(),
  valLossNats: z.number().nullable(),
  savedAt: timestamp,
  sizeBytes: z.number().int(),
})
export type CheckpointRecord = z.infer<typeof checkpointRecord>

/**
 * Where a run went on from, if that was not its newest state: the newer one was damaged, its files were gone, or a person chose
 * this one. `best` has no optimizer state: the moments began with zeros.
 */
export const resumedFrom = z.object({
  kind: checkpointKind,
  step: z.number().int(),
  reason: z.enum(['damaged', 'missing', 'chosen']),
})
export type ResumedFrom = z.infer<typeof resumedFrom>

/** A run that went off course, or ran out of memory, at `step` went on from `toStep`. */
export const rollback = z.object({
  step: z.number().int(),
  toStep: z.number().int(),
  /** Of the configured learning rate, from then on. */
  learningRateFactor: z.number(),
  /** Memory ran out: parts of a step from then on. null: the loss went off course. */
  accumulation: z.number().int().nullable(),
})
export type Rollback = z.infer<typeof rollback>
