/** What was deleted and can be restored. */

import { z } from '../zod'
import { anyId, timestamp } from './common'

export const trashKind = z.enum(['corpus', 'run', 'conversation'])
export type TrashKind = z.infer<typeof trashKind>

export const trashItem = z.object({
  kind: trashKind,
  id: anyId,
  /** Empty for a conversation that has no title. */
  name: z.string(),
  deletedAt: timestamp,
  /** When it is removed by itself. */
  goesAt: timestamp,
  /** What removing it frees: what a run shares with its text is freed with the last of them. */
  sizeBytes: z.number().int(),
})
export type TrashItem = z.infer<typeof trashItem>

export const trashContents = z.object({
  items: z.array(trashItem),
  /** What emptying it frees. */
  sizeBytes: z.number().int(),
})
export type TrashContents = z.infer<typeof trashContents>
