/** What every record is made of: ids, times, names, errors. */

import { type ErrorCode, errorCodes } from '../errors'
import { nameMaxLength } from '../limits'
import { z } from '../zod'

const id = z.string().regex(/^[a-z]{1,4}_[0-9a-z]{8,40}$/)
/** Milliseconds since 1970, UTC. */
export const timestamp = z.number().int().nonnegative()
export const name = z.string().trim().min(1).max(nameMaxLength)
export const corpusId = id
export const runId = id
export const conversationId = id
export const messageId = id
export const generationId = id
export const uploadId = id
/** Of anything that can be deleted. */
export const anyId = id

export const errorData = z.object({
  code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
})
