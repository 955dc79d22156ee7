import type { ConversationRecord, MessageRecord } from '../../../src-preload/contract/records'
import { transaction, type Db } from './connection'
import { checked } from './enumerations'
import { all, first, run, tables } from './query'
import type { MessagesTable } from './schema'

const conversations = () =>
  tables
    .selectFrom('conversations as c')
    .leftJoin('runs as r', 'r.run_id', 'c.run_id')
    .select((e) => [
      'c.conversation_id as conversationId',
      'c.title',
      'c.run_id as runId',
      'c.updated_at as updatedAt',
      e
        .case()
        .when('r.run_id', 'is', null)
        .then(e.fn.coalesce('c.run_name', e.val('')))
        .when('r.deleted_at', 'is not', null)
        .then(e.ref('r.name'))
        .else(null)
        .end()
        .as('deletedModel'),
      e
        .selectFrom('messages as m')
        .select((m) => m.fn.countAll<number>().as('count'))
        .whereRef('m.conversation_id', '=', 'c.conversation_id')
        .$asScalar()
        .$notNull()
        .as('messages'),
    ])

export function listConversations(db: Db): ConversationRecord[] {
  return all(db, conversations().where('c.deleted_at', 'is', null).orderBy('c.updated_at', 'desc'))
}

export function findConversation(db: Db, conversationId: string, deleted = false): ConversationRecord | null {
  const query = conversations().where('c.conversation_id', '=', conversationId)
  return first(db, query.where('c.deleted_at', deleted ? 'is not' : 'is', null)) ?? null
}

export function insertConversation(db: Db, conversationId: string, title: string, runId: string, at: number): void {
  const values = {
    conversation_id: conversationId,
    title,
    run_id: runId,
    run_name: null,
    created_at: at,
    updated_at: at,
    deleted_at: null,
  }
  run(db, tables.insertInto('conversations').values(values))
}

export function updateConversation(
  db: Db,
  conversationId: string,
  changes: { title?: string; run_id?: string; updated_at?: number; deleted_at?: number | null },
): void {
  run(db, tables.updateTable('conversations').set(changes).where('conversation_id', '=', conversationId))
}

const toMessage = (row: MessagesTable): MessageRecord => ({
  messageId: row.message_id,
  role: row.role,
  text: row.text,
  at: row.at,
  runId: row.run_id,
  checkpoint: row.checkpoint,
  step: row.step,
  seed: row.seed,
  tokens: row.tokens,
  tokensPerSecond: row.tokens_per_second,
  endReason: row.end_reason,
})

export function messagesOf(db: Db, conversationId: string): MessageRecord[] {
  const query = tables.selectFrom('messages').selectAll().where('conversation_id', '=', conversationId)
  return all(db, query.orderBy('position')).map(toMessage)
}

export function findMessage(db: Db, messageId: string): MessageRecord | null {
  const row = first(db, tables.selectFrom('messages').selectAll().where('message_id', '=', messageId))
  return row === undefined ? null : toMessage(row)
}

/** At the end of the conversation. */
export function appendMessage(db: Db, conversationId: string, message: MessageRecord): void {
  transaction(db, () => {
    const last = tables
      .selectFrom('messages')
      .select('position')
      .where('conversation_id', '=', conversationId)
      .orderBy('position', 'desc')
      .limit(1)
    const position = (first(db, last)?.position ?? 0) + 1
    const { endReason, messageId, runId, tokensPerSecond, ...rest } = message
    const values = {
      ...rest,
      message_id: messageId,
      conversation_id: conversationId,
      position,
      run_id: runId,
      tokens_per_second: tokensPerSecond,
      end_reason: endReason,
    }
    run(db, tables.insertInto('messages').values(checked('messages', values)))
  })
}

export type MessageChanges = Partial<Omit<MessagesTable, 'message_id' | 'conversation_id' | 'position' | 'role'>>

export function updateMessage(db: Db, messageId: string, changes: MessageChanges): void {
  run(db, tables.updateTable('messages').set(checked('messages', changes)).where('message_id', '=', messageId))
}

export function removeMessage(db: Db, messageId: string): void {
  run(db, tables.deleteFrom('messages').where('message_id', '=', messageId))
}

/** Answers that were being written when their backend died: what is there of them stays, marked as broken off. */
export function endOpenMessages(db: Db): void {
  const open = tables.updateTable('messages').set({ end_reason: 'failed' }).where('role', '=', 'model')
  run(db, open.where('end_reason', 'is', null))
}

export function removeConversation(db: Db, conversationId: string): void {
  run(db, tables.deleteFrom('conversations').where('conversation_id', '=', conversationId))
}
