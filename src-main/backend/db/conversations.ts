import type { ConversationRecord, MessageRecord } from '../../../src-preload/contract/records/conversations'
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
      'r.corpus_id as corpusId',
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

type MessageRow = MessagesTable & { readonly model: string | null }

const messages = () =>
  tables
    .selectFrom('messages as m')
    .leftJoin('runs as r', 'r.run_id', 'm.run_id')
    .selectAll('m')
    .select((e) => e.fn.coalesce('r.name', 'm.run_name').as('model'))
    .orderBy('m.position')

const toMessage = (row: MessageRow, versions: readonly MessageRow[]): MessageRecord => ({
  messageId: row.message_id,
  role: row.role,
  text: row.text,
  at: row.at,
  versions: versions.map(({ message_id }) => message_id),
  runId: row.run_id,
  model: row.model,
  checkpoint: row.checkpoint,
  step: row.step,
  seed: row.seed,
  tokens: row.tokens,
  tokensPerSecond: row.tokens_per_second,
  endReason: row.end_reason,
})

/** The passages of a page, by the one that they follow; null: those that begin it. */
type Following = ReadonlyMap<string | null, readonly MessageRow[]>

function passagesOf(db: Db, conversationId: string | null): Following {
  const following = new Map<string | null, MessageRow[]>()
  for (const row of all(db, messages().where('m.conversation_id', '=', conversationId))) {
    following.set(row.parent_id, [...(following.get(row.parent_id) ?? []), row])
  }
  return following
}

/** What broke off with nothing written is no version, unless something was written after it. */
const isVersion = (row: MessageRow, following: Following): boolean =>
  row.text !== '' || following.has(row.message_id) || !(row.end_reason === 'failed' || row.end_reason === 'cancelled')

const versionsAfter = (following: Following, parentId: string | null): readonly MessageRow[] =>
  (following.get(parentId) ?? []).filter((row) => isVersion(row, following))

/** The page as it reads: of versions the one chosen last, and what was written after it. */
export function messagesOf(db: Db, conversationId: string): MessageRecord[] {
  const following = passagesOf(db, conversationId)
  const page: MessageRecord[] = []
  for (let parent: string | null = null; ;) {
    const versions = versionsAfter(following, parent)
    const [shown] = versions.toSorted((one, other) => other.chosen - one.chosen)
    if (shown === undefined) return page
    page.push(toMessage(shown, versions))
    parent = shown.message_id
  }
}

/** A message and the versions beside it. One that broke off with nothing written is not among them. */
export function findMessage(db: Db, messageId: string): MessageRecord | null {
  const following = passagesOf(db, conversationOf(db, messageId))
  const row = [...following.values()].flat().find(({ message_id }) => message_id === messageId)
  return row === undefined ? null : toMessage(row, versionsAfter(following, row.parent_id))
}

/** The page that it is on, wherever that is. */
export function conversationOf(db: Db, messageId: string): string | null {
  const query = tables.selectFrom('messages').select('conversation_id').where('message_id', '=', messageId)
  return first(db, query)?.conversation_id ?? null
}

/** What a message is stored with; what is known of it from elsewhere is not. */
export type NewMessage = Omit<MessageRecord, 'versions' | 'model'>

/** After `parentId`, as the chosen version there; null: at the beginning of the page. */
export function appendMessage(db: Db, conversationId: string, message: NewMessage, parentId: string | null): void {
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
      parent_id: parentId,
      chosen: 0,
      run_id: runId,
      run_name: null,
      tokens_per_second: tokensPerSecond,
      end_reason: endReason,
    }
    run(db, tables.insertInto('messages').values(checked('messages', values)))
    chooseMessage(db, messageId)
  })
}

/** Makes it the version that its page shows; the one shown before comes next where this one turns out to be none. */
export function chooseMessage(db: Db, messageId: string): void {
  transaction(db, () => {
    const conversationId = conversationOf(db, messageId)
    if (conversationId === null) return
    const last = tables
      .selectFrom('messages')
      .select((e) => e.fn.max('chosen').as('chosen'))
      .where('conversation_id', '=', conversationId)
    const chosen = 1 + (first(db, last)?.chosen ?? 0)
    run(db, tables.updateTable('messages').set({ chosen }).where('message_id', '=', messageId))
  })
}

export type MessageChanges = Partial<Pick<MessagesTable, 'text' | 'tokens' | 'tokens_per_second' | 'end_reason'>>

export function updateMessage(db: Db, messageId: string, changes: MessageChanges): void {
  run(db, tables.updateTable('messages').set(checked('messages', changes)).where('message_id', '=', messageId))
}

/** Answers that were being written when their backend died: what is there of them stays, marked as broken off. */
export function endOpenMessages(db: Db): void {
  const open = tables.updateTable('messages').set({ end_reason: 'failed' }).where('role', '=', 'model')
  run(db, open.where('end_reason', 'is', null))
}

export function removeConversation(db: Db, conversationId: string): void {
  run(db, tables.deleteFrom('conversations').where('conversation_id', '=', conversationId))
}
