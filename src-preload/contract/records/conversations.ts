/** Pages that a person and a model write, and how a model is asked to write. */

import { samplingLimits } from '../limits'
import { z } from '../zod'
import { checkpointKind } from './checkpoints'
import { conversationId, corpusId, generationId, messageId, runId, timestamp } from './common'

const range = (limit: { min: number; max: number }) => z.number().min(limit.min).max(limit.max)
export const sampling = z.object({
  temperature: range(samplingLimits.temperature),
  topK: range(samplingLimits.topK).int(),
  topP: range(samplingLimits.topP),
  maxTokens: range(samplingLimits.maxTokens).int(),
  /** null: a fresh one each time, reported back. */
  seed: z.number().int().min(0).max(2_147_483_647).nullable(),
  stop: z.array(z.string().min(1).max(100)).max(8),
})
export type Sampling = z.infer<typeof sampling>

export const messageRole = z.enum(['person', 'model'])
export const endReason = z.enum(['length', 'stop', 'endOfText', 'cancelled', 'failed'])

export const messageRecord = z.object({
  messageId,
  role: messageRole,
  text: z.string(),
  at: timestamp,
  /** All that stand in its place, by id, the oldest first; itself among them unless it broke off with nothing written. */
  versions: z.array(messageId),
  /** Of the model's messages only, from here on. */
  runId: runId.nullable(),
  /** Name of its model, also of one that was deleted; null where nobody knows it any more. */
  model: z.string().nullable(),
  checkpoint: checkpointKind.nullable(),
  step: z.number().int().nullable(),
  seed: z.number().int().nullable(),
  tokens: z.number().int().nullable(),
  tokensPerSecond: z.number().nullable(),
  endReason: endReason.nullable(),
})
export type MessageRecord = z.infer<typeof messageRecord>

export const conversationRecord = z.object({
  conversationId,
  title: z.string(),
  /** null once its model was deleted for good. */
  runId: runId.nullable(),
  /** Name of its model where that is in the trash or gone; empty where nobody knows the name any more. */
  deletedModel: z.string().nullable(),
  /** The text that its model was trained on; null once the model was deleted for good. */
  corpusId: corpusId.nullable(),
  updatedAt: timestamp,
  messages: z.number().int(),
})
export type ConversationRecord = z.infer<typeof conversationRecord>

/** What a model would be given of a page, by its own tokenizer. */
export const reading = z.object({
  tokens: z.number().int(),
  /** The most of them that it reads, the last ones: its context length; null: as many as there are. */
  limit: z.number().int().nullable(),
  /** UTF-16 code units at the beginning of the page that it does not read. */
  unread: z.number().int(),
})
export type Reading = z.infer<typeof reading>

/** An answer that is being written, as far as windows have been told of it. */
export const generation = z.object({
  generationId,
  conversationId,
  messageId,
  startedAt: timestamp,
  text: z.string(),
  tokens: z.number().int(),
  /** Somebody has asked it to stop. */
  stopping: z.boolean(),
  /** Of the last event that this text holds. */
  seq: z.number().int(),
})
export type Generation = z.infer<typeof generation>
