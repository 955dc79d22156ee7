/** The queue of runs. */

import { z } from '../zod'
import { runId, timestamp } from './common'

/** Runs that wait for the one that trains here, in the order in which they start. */
export const queueState = z.object({
  /** Nothing new starts until a person resumes the queue. */
  paused: z.boolean(),
  /** `startsAt`: as far as can be told; null where it can't. */
  entries: z.array(z.object({ runId, startsAt: timestamp.nullable() })),
})
export type QueueState = z.infer<typeof queueState>
