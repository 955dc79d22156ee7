/** What a run takes over of another one: weights and tokenizer. */

import { z } from '../zod'
import { checkpointKind } from './checkpoints'
import { runId } from './common'

/** The run whose weights another one began with: which of its checkpoints. It may be gone by now. */
export const runParent = z.object({ runId, name: z.string(), kind: checkpointKind, step: z.number().int() })
export type RunParent = z.infer<typeof runParent>

/** What a new run begins with instead of random weights. */
export const runOrigin = z.object({ runId, checkpoint: checkpointKind })
export type RunOrigin = z.infer<typeof runOrigin>

/** What a text comes to with a tokenizer that was made for another one. */
export const tokenizerFit = z.object({
  /** Exact, but for BPE on a long text, of which the beginning is tokenized. */
  tokens: z.number().int(),
  characters: z.number().int(),
  /** Characters that its vocabulary lacks: they are lost. BPE of bytes knows all. */
  unknown: z.number().int(),
  /** Some of them, the most frequent first. */
  examples: z.array(z.string()),
})
export type TokenizerFit = z.infer<typeof tokenizerFit>
