import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { closeDatabase, openDatabase, type Db } from '../../../src-main/backend/db/connection'
import {
  appendMessage,
  endOpenMessages,
  insertConversation,
  messagesOf,
  type NewMessage,
} from '../../../src-main/backend/db/conversations'
import { temporaryFolder } from '../temporary'
import { addRun } from './rows'

const page = 'talk_00000001'
const runId = 'run_00000001'

function opened(): Db {
  const db = openDatabase(join(temporaryFolder(), 'a.db'))
  onTestFinished(() => {
    closeDatabase(db)
  })
  addRun(db, runId)
  insertConversation(db, page, 'Tales', runId, 1)
  return db
}

function append(
  db: Db,
  over: Pick<NewMessage, 'messageId' | 'text'> & Partial<NewMessage>,
  after: string | null,
): void {
  const facts = { checkpoint: null, step: null, seed: null, tokens: null, tokensPerSecond: null, endReason: null }
  appendMessage(db, page, { ...facts, role: 'model', at: 1, runId, ...over }, after)
}
const shown = (db: Db): string[] => messagesOf(db, page).map(({ messageId }) => messageId)

it('goes back to the former version of a passage whose next one had not begun when its backend died', () => {
  const db = opened()
  append(db, { messageId: 'msg_1', text: 'Once', role: 'person' }, null)
  append(db, { messageId: 'msg_2', text: ' upon', endReason: 'length' }, 'msg_1')
  append(db, { messageId: 'msg_3', text: '' }, 'msg_1')
  expect(shown(db)).toEqual(['msg_1', 'msg_3'])
  endOpenMessages(db)
  expect(shown(db)).toEqual(['msg_1', 'msg_2'])
  expect(messagesOf(db, page)[1]?.versions).toEqual(['msg_2'])
})

it('keeps a version that the model ended at once, and one that something was written after', () => {
  const db = opened()
  append(db, { messageId: 'msg_1', text: 'Once', role: 'person' }, null)
  append(db, { messageId: 'msg_2', text: '', endReason: 'failed' }, 'msg_1')
  append(db, { messageId: 'msg_3', text: ' more', role: 'person' }, 'msg_2')
  append(db, { messageId: 'msg_4', text: ' upon', endReason: 'length' }, 'msg_3')
  append(db, { messageId: 'msg_5', text: '', endReason: 'endOfText' }, 'msg_3')
  expect(shown(db)).toEqual(['msg_1', 'msg_2', 'msg_3', 'msg_5'])
})
