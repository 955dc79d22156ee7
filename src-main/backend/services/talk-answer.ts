import { AppError, type ErrorData } from '../../../src-preload/contract/errors'
import type { GenerationEvent } from '../../../src-preload/contract/events'
import { broadcastsPerSecond } from '../../../src-preload/contract/limits'
import type { MessageRecord } from '../../../src-preload/contract/records'
import { findMessage, updateMessage, type MessageChanges } from '../db/conversations'
import type { Context } from './context'
import type { GenerateRequest, Generated, Generator } from './generator'

const storeMs = 1000

/**
 * Streams one answer to every window and keeps what is there of it. Never rejects.
 *
 * @returns the event that says how it ended, for the caller to send when the next answer may begin
 */
export async function streamAnswer(
  context: Context,
  generator: Generator,
  request: GenerateRequest,
  answer: MessageRecord,
): Promise<GenerationEvent | null> {
  const { db } = context
  const { generationId } = request
  const { messageId } = answer
  let seq = 0
  let text = ''
  let unsent = ''
  let tokens = 0
  let lastStored = performance.now()
  let timer: NodeJS.Timeout | undefined

  const send = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (unsent === '') return
    context.emit({ topic: 'generation', generationId, seq: ++seq, kind: 'text', text: unsent, tokens })
    unsent = ''
  }

  const take = (event: Generated): void => {
    text += event.text
    unsent += event.text
    tokens = event.tokens
    timer ??= setTimeout(send, 1000 / broadcastsPerSecond)
    // Now and then, so that a crash leaves what was read; a transaction a token would be too much.
    if (performance.now() - lastStored < storeMs) return
    lastStored = performance.now()
    // No reason: another process that starts on this profile takes it for one that its backend left behind.
    updateMessage(db, messageId, { text, tokens, end_reason: null })
  }

  let changes: MessageChanges
  let error: ErrorData | null = null
  try {
    const last = await generator.generate(request, take)
    take(last)
    changes = {
      tokens: last.tokens,
      tokens_per_second: Number.isFinite(last.tokensPerSecond) ? last.tokensPerSecond : null,
      end_reason: last.end ?? 'cancelled',
    }
  } catch (thrown) {
    const problem = AppError.from(thrown)
    if (problem.kind !== 'cancelled') error = problem.toData()
    changes = { tokens, end_reason: error === null ? 'cancelled' : 'failed' }
  }
  try {
    updateMessage(db, messageId, { ...changes, text })
  } catch (thrown) {
    error ??= AppError.from(thrown).toData()
  }
  send()
  const message = findMessage(db, messageId)
  if (message === null) return null
  return { topic: 'generation', generationId, seq: ++seq, kind: 'end', message, error }
}
