import { AppError, type ErrorData } from '../../../src-preload/contract/errors'
import type { GenerationEvent } from '../../../src-preload/contract/events'
import { broadcastsPerSecond } from '../../../src-preload/contract/limits'
import type { Generation, MessageRecord } from '../../../src-preload/contract/records/conversations'
import { findMessage, updateMessage, type MessageChanges } from '../db/conversations'
import type { Context } from './context'
import type { GenerateRequest, Generated, Generator } from './generator'

const storeMs = 1000

export interface Answer {
  /** What windows have been told so far. */
  readonly told: () => Generation
  /** Tells windows that somebody has asked for its end. */
  readonly tellStopping: () => void
  /**
   * Never rejects. Resolves with the event that says how it ended, for the caller to send when the next answer may begin;
   * null where its message is gone.
   */
  readonly ended: Promise<GenerationEvent | null>
}

/** Streams one answer to every window and keeps what is there of it. */
export function streamAnswer(
  context: Context,
  generator: Generator,
  request: GenerateRequest,
  message: Pick<Generation, 'conversationId' | 'messageId'>,
): Answer {
  const { generationId } = request
  let told: Generation = {
    ...message,
    generationId,
    startedAt: context.now(),
    text: '',
    tokens: 0,
    stopping: false,
    seq: 0,
  }
  const base = { topic: 'generation', generationId } as const
  context.emit({ ...base, seq: 0, kind: 'begin', generation: told })
  const tell = (text: string, tokens: number): void => {
    told = { ...told, text: told.text + text, tokens, seq: told.seq + 1 }
    context.emit({ ...base, seq: told.seq, kind: 'text', text, tokens })
  }
  const ended = write(context, { generator, request, messageId: message.messageId, tell }).then(
    (end): GenerationEvent | null => end && { ...base, seq: told.seq + 1, kind: 'end', ...end },
  )
  const tellStopping = (): void => {
    if (told.stopping) return
    told = { ...told, stopping: true, seq: told.seq + 1 }
    context.emit({ ...base, seq: told.seq, kind: 'stopping' })
  }
  return { told: () => told, tellStopping, ended }
}

interface Writing {
  readonly generator: Generator
  readonly request: GenerateRequest
  readonly messageId: string
  /** At most `broadcastsPerSecond` times. */
  readonly tell: (text: string, tokens: number) => void
}

async function write(
  { db }: Context,
  { generator, request, messageId, tell }: Writing,
): Promise<{ message: MessageRecord; error: ErrorData | null } | null> {
  let text = ''
  let unsent = ''
  let tokens = 0
  let lastStored = performance.now()
  let timer: NodeJS.Timeout | undefined

  const send = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (unsent === '') return
    tell(unsent, tokens)
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
  return message && { message, error }
}
