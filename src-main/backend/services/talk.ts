import { AppError } from '../../../src-preload/contract/errors'
import { nameMaxLength } from '../../../src-preload/contract/limits'
import type { Input, Output } from '../../../src-preload/contract/methods'
import type {
  CheckpointRecord,
  ConversationRecord,
  Generation,
  MessageRecord,
  RunRecord,
} from '../../../src-preload/contract/records'
import { transaction } from '../db/connection'
import {
  appendMessage,
  findConversation,
  insertConversation,
  listConversations,
  messagesOf,
  removeMessage,
  updateConversation,
} from '../db/conversations'
import { findRun } from '../db/runs'
import { reconcileCheckpoints, withoutCheckpoint } from './checkpoint-files'
import type { Context } from './context'
import type { Generator } from './generator'
import { newId } from './ids'
import { streamAnswer } from './talk-answer'

export type TalkService = ReturnType<typeof createTalk>

const titleLength = 60

export function createTalk(context: Context, generator: Generator) {
  const { db } = context
  /** By generationId; one at a time, until its last event has been sent. */
  const writing = new Map<string, { told: () => Generation; ended: Promise<void> }>()

  const mustFind = (conversationId: string): ConversationRecord => {
    const conversation = findConversation(db, conversationId)
    if (conversation === null) throw new AppError('conversation.notFound', { conversationId })
    return conversation
  }

  const changed = (): void => {
    context.emit({ topic: 'changed', what: 'conversations' })
  }

  const mustFindRun = (runId: string): RunRecord => {
    const run = findRun(db, runId)
    if (run === null) throw new AppError('run.notFound', { runId })
    return run
  }

  const checkpointFor = (runId: string, kind: 'best' | 'last'): CheckpointRecord => {
    const run = mustFindRun(runId)
    reconcileCheckpoints(context, runId)
    const { checkpoints } = mustFindRun(runId)
    const found = checkpoints.find((checkpoint) => checkpoint.kind === kind)
    if (found !== undefined) return found
    throw checkpoints.length === 0 ? withoutCheckpoint(run) : new AppError('checkpoint.missing', { runId })
  }

  const create = (runId: string): ConversationRecord => {
    const run = mustFindRun(runId)
    const conversationId = newId('talk')
    insertConversation(db, conversationId, run.name, runId, context.now())
    changed()
    return mustFind(conversationId)
  }

  /** The prompt to answer, and the answer that makes room for it. */
  const promptOf = (
    conversationId: string,
    prompt: string | null,
  ): { text: string; replaces: MessageRecord | null } => {
    if (prompt !== null) return { text: prompt, replaces: null }
    const messages = messagesOf(db, conversationId)
    const last = messages.at(-1)
    const asked = messages.findLast((message) => message.role === 'person')
    if (asked === undefined) throw new AppError('input.invalid', { field: 'prompt' })
    return { text: asked.text, replaces: last?.role === 'model' ? last : null }
  }

  const generate = (input: Input<'talk.generate'>): Output<'talk.generate'> => {
    const { conversationId, runId, checkpoint } = input
    const conversation = mustFind(conversationId)
    // Nobody goes on with another model unasked.
    const goesOn = input.withAnother === true && runId !== conversation.runId
    if (conversation.deletedModel !== null && !goesOn) {
      throw new AppError('conversation.modelDeleted', { name: conversation.deletedModel })
    }
    const { step } = checkpointFor(runId, checkpoint)
    if (writing.size > 0) throw new AppError('generation.busy')
    const { text: prompt, replaces } = promptOf(conversationId, input.prompt)

    const generationId = newId('gen')
    const seed = input.sampling.seed ?? Math.floor(Math.random() * 2_147_483_648)
    const at = context.now()
    const empty = { runId: null, checkpoint: null, step: null, seed: null, tokens: null, tokensPerSecond: null }
    const answer: MessageRecord = {
      ...empty,
      messageId: newId('msg'),
      role: 'model',
      text: '',
      at,
      runId,
      checkpoint,
      step,
      seed,
      endReason: null,
    }
    transaction(db, () => {
      if (input.prompt !== null) {
        const question = {
          ...empty,
          messageId: newId('msg'),
          role: 'person' as const,
          text: prompt,
          at,
          endReason: null,
        }
        appendMessage(db, conversationId, question)
      }
      if (replaces !== null) removeMessage(db, replaces.messageId)
      appendMessage(db, conversationId, answer)
      const title = conversation.messages === 0 ? titleFrom(prompt) : null
      updateConversation(db, conversationId, { run_id: runId, updated_at: at, ...(title === null ? {} : { title }) })
    })
    changed()

    const request = { runId, checkpoint, step, generationId, prompt, sampling: { ...input.sampling, seed } }
    const { messageId } = answer
    const { told, ended } = streamAnswer(context, generator, request, { conversationId, messageId })
    const over = ended.then((last) => {
      writing.delete(generationId)
      if (last !== null) context.emit(last)
    })
    writing.set(generationId, { told, ended: over })
    return { generationId, messageId, seed }
  }

  const stop = (generationId: string): void => {
    generator.stop(generationId)
  }

  const remove = async (conversationId: string): Promise<void> => {
    mustFind(conversationId)
    for (const [generationId, entry] of writing) {
      if (entry.told().conversationId !== conversationId) continue
      generator.stop(generationId)
      await entry.ended
    }
    updateConversation(db, conversationId, { deleted_at: context.now() })
    changed()
  }

  const restore = (conversationId: string): ConversationRecord => {
    if (findConversation(db, conversationId, true) === null) return mustFind(conversationId)
    updateConversation(db, conversationId, { deleted_at: null })
    changed()
    return mustFind(conversationId)
  }

  const rename = (conversationId: string, title: string): ConversationRecord => {
    mustFind(conversationId)
    updateConversation(db, conversationId, { title })
    changed()
    return mustFind(conversationId)
  }

  const get = (conversationId: string): Output<'talk.get'> => ({
    conversation: mustFind(conversationId),
    messages: messagesOf(db, conversationId),
  })

  const close = async (): Promise<void> => {
    generator.close()
    await Promise.all([...writing.values()].map(({ ended }) => ended))
  }

  return {
    list: () => listConversations(db),
    get,
    create,
    rename,
    delete: remove,
    restore,
    generate,
    stop,
    writing: () => [...writing.values()][0]?.told() ?? null,
    close,
    checkpointFor,
  }
}

/** The first line of the first prompt, or null when there is nothing in it to go by. */
function titleFrom(prompt: string): string | null {
  const line = prompt.trim().split('\n')[0]?.trim() ?? ''
  if (line === '') return null
  const letters = Array.from(new Intl.Segmenter().segment(line), ({ segment }) => segment)
  const short = letters.slice(0, titleLength).join('')
  return (short.length < line.length ? `${short}…` : short).slice(0, nameMaxLength)
}
