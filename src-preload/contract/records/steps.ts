/** How the steps of a run are computed, and why that way. */

import { z } from '../zod'

/** `eager`: op by op (WASM). `graph`, `xla`: the captured step. */
export const tier = z.enum(['eager', 'graph', 'xla'])
export type Tier = z.infer<typeof tier>

export const precision = z.enum(['float32', 'bfloat16'])
export type Precision = z.infer<typeof precision>

/** Why a way to compute a step that was tried isn't used: not clearly faster, another loss, or the library couldn't. */
export const wayRefusal = z.object({
  reason: z.enum(['slower', 'differs', 'memory', 'impossible']),
  /** After the trial's steps from the same state without dropout; null: not computed, or no finite number. */
  lossNats: z.number().nullable(),
  /** Likewise, of the way that was the best so far. */
  bestLossNats: z.number().nullable(),
  /** What the library said, where it couldn't. */
  detail: z.string(),
})
export type WayRefusal = z.infer<typeof wayRefusal>

/** One way to compute a step, as a trial at the start of a run measured it. */
export const stepTiming = z.object({
  tier,
  precision,
  /** null: the library couldn't compute it. */
  stepMs: z.number().nullable(),
  /** Absent: it was taken, or is what the others were compared with. */
  refused: wayRefusal.optional(),
})
export type StepTiming = z.infer<typeof stepTiming>

export const tierChange = z.object({
  step: z.number().int(),
  tier,
  precision,
  /** What the choice was made from; empty where there was none. */
  timings: z.array(stepTiming),
})
export type TierChange = z.infer<typeof tierChange>
