import { join } from 'node:path'
import { AppError } from '../../../src-preload/contract/errors'
import { nameMaxLength } from '../../../src-preload/contract/limits'
import type { Input, Output } from '../../../src-preload/contract/methods'
import type { CheckpointRecord } from '../../../src-preload/contract/records/checkpoints'
import type { ConversationRecord, MessageRecord, Reading } from '../../../src-preload/contract/records/conversations'
import type { RunRecord } from '../../../src-preload/contract/records/runs'
import { transaction } from '../db/connection'
import {
  appendMessage,
  chooseMessage,
  conversationOf,
  findConversation,
  insertConversation,
  listConversations,
  messagesOf,
  updateConversation,
} from '../db/conversations'
import { findRun, runFacts } from '../db/runs'
import { reconcileCheckpoints, withoutCheckpoint } from './checkpoint-files'
import type { Context } from './context'
import type { Generator } from './generator'
import { newId } from './ids'
import { startersOf } from './starters'
import { streamAnswer, type Answer } from './talk-answer'
import { windowOf } from '../../plan/summary'
import { ensureCurrent } from './earlier-runs'

export type TalkService = ReturnType<typeof createTalk>

/** The way in which a model takes a text in. */
export interface PageReader {
  /** The form in which every text is learned and read. */
  normalize(text: string): string
  /**
   * @param tokenizerFile of the run
   * @param limit the most tokens that the model reads; null: all
   * @throws AppError `tokenizer.damaged`
   */
  read(tokenizerFile: string, text: string, limit: number | null): Promise<Reading>
}

const titleLength = 60

export function createTalk(context: Context, generator: Generator, reader: PageReader) {
  const { db } = context
  /** By generationId; one at a time, until its last event has been sent. */
  const writing = new Map<string, Omit<Answer, 'ended'> & { ended: Promise<void> }>()

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
    ensureCurrent(run)
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
    const page = messagesOf(db, conversationId)
    if (input.prompt === null && page.at(-1)?.role === 'model') page.pop()
    else if (input.prompt === null && page.length === 0) throw new AppError('input.invalid', { field: 'prompt' })
    // What the model reads is the page, to the letter.
    const written = reader.normalize(input.prompt ?? '')
    const prompt = textOf(page) + written

    const generationId = newId('gen')
    const seed = input.sampling.seed ?? Math.floor(Math.random() * 2_147_483_648)
    const at = context.now()
    const facts = { checkpoint: null, step: null, seed: null, tokens: null, tokensPerSecond: null, endReason: null }
    const question = { ...facts, messageId: newId('msg'), role: 'person', text: written, at, runId: null } as const
    const answer = {
      ...question,
      messageId: newId('msg'),
      role: 'model',
      text: '',
      runId,
      checkpoint,
      step,
      seed,
    } as const
    const before = page.at(-1)?.messageId ?? null
    transaction(db, () => {
      if (written !== '') appendMessage(db, conversationId, question, before)
      appendMessage(db, conversationId, answer, written === '' ? before : question.messageId)
      const title = conversation.messages === 0 ? titleFrom(prompt) : null
      updateConversation(db, conversationId, { run_id: runId, updated_at: at, ...(title === null ? {} : { title }) })
    })
    changed()

    const request = { runId, checkpoint, step, generationId, prompt, sampling: { ...input.sampling, seed } }
    const { messageId } = answer
    const { ended, ...told } = streamAnswer(context, generator, request, { conversationId, messageId })
    const over = ended.then((last) => {
      writing.delete(generationId)
      if (last !== null) context.emit(last)
    })
    writing.set(generationId, { ...told, ended: over })
    return { generationId, messageId, seed }
  }

  const stop = (generationId: string): void => {
    writing.get(generationId)?.tellStopping()
    generator.stop(generationId)
  }

  const remove = async (conversationId: string): Promise<void> => {
    mustFind(conversationId)
    for (const [generationId, entry] of writing) {
      if (entry.told().conversationId !== conversationId) continue
      stop(generationId)
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

  const choose = (messageId: string): Output<'talk.choose'> => {
    const conversationId = conversationOf(db, messageId) ?? ''
    mustFind(conversationId)
    // The answer under way would be on another page than the one it was asked for on.
    for (const { told } of writing.values()) {
      if (told().conversationId === conversationId) throw new AppError('generation.busy')
    }
    chooseMessage(db, messageId)
    updateConversation(db, conversationId, { updated_at: context.now() })
    changed()
    return get(conversationId)
  }

  const reading = async ({ runId, conversationId, draft }: Input<'talk.reading'>): Promise<Reading> => {
    const facts = runFacts(db, mustFindRun(runId).runId)
    const page = conversationId === null ? [] : messagesOf(db, mustFind(conversationId).conversationId)
    const limit = facts === null ? null : windowOf(facts.config, facts.vocabSize)
    const file = join(context.paths.run(runId), 'tokenizer.json')
    return await reader.read(file, textOf(page) + reader.normalize(draft), limit)
  }

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
    choose,
    reading,
    starters: (runId: string) => startersOf(context, mustFindRun(runId)),
    generate,
    stop,
    writing: () => [...writing.values()][0]?.told() ?? null,
    close,
    checkpointFor,
  }
}

const textOf = (page: readonly MessageRecord[]): string => page.map(({ text }) => text).join('')

/** The first line of the first prompt, or null when there is nothing in it to go by. */
function titleFrom(prompt: string): string | null {
  const line = prompt.trim().split('\n')[0]?.trim() ?? ''
  if (line === '') return null
  const letters = Array.from(new Intl.Segmenter().segment(line), ({ segment }) => segment)
  const short = letters.slice(0, titleLength).join('')
  return (short.length < line.length ? `${short}…` : short).slice(0, nameMaxLength)
}
