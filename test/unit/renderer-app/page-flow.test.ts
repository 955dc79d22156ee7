import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MessageRecord } from '../../../src-preload/contract/records/conversations'
import { likelyModels, pageFlow } from '../../../src-renderer/composables/pageFlow'
import { message, record } from '../renderer-stores/records'

const byModel = (id: string, text: string, over: Partial<MessageRecord> = {}): MessageRecord =>
  message(id, { role: 'model', text, runId: 'run_00000000', checkpoint: 'best', step: 10, ...over })

describe('the page as one text', () => {
  const texts = fc.array(fc.string({ maxLength: 12 }), { maxLength: 6 })

  test('is all passages, to the letter; what is not read is its beginning, whichever passages that is in', () => {
    fc.assert(
      fc.property(texts, fc.nat(60), (some, unread) => {
        const flow = pageFlow(
          some.map((text, i) => (i % 2 === 0 ? message(`msg_${i}`, { text }) : byModel(`msg_${i}`, text))),
          unread,
        )
        const whole = some.join('')
        expect(flow.map((one) => one.unread + one.read).join('')).toBe(whole)
        expect(flow.map((one) => one.unread).join('')).toBe(whole.slice(0, unread))
        const marks = flow.filter(({ beginsReading }) => beginsReading)
        expect(marks).toHaveLength(unread > 0 && unread < whole.length ? 1 : 0)
        if (marks[0]) expect(marks[0].read).not.toBe('')
      }),
    )
  })

  test('names the model where it changes: another one, another version, another step', () => {
    const page = [
      message('msg_0'),
      byModel('msg_1', 'a'),
      message('msg_2'),
      byModel('msg_3', 'b'),
      byModel('msg_4', 'c', { checkpoint: 'last' }),
      byModel('msg_5', 'd', { checkpoint: 'last', step: 20 }),
      message('msg_6'),
      byModel('msg_7', 'e', { runId: 'run_00000001', checkpoint: 'last', step: 20 }),
    ]
    const named = pageFlow(page, 0).filter(({ namesModel }) => namesModel)
    expect(named.map((one) => one.message.messageId)).toEqual(['msg_1', 'msg_4', 'msg_5', 'msg_7'])
  })
})

test('in place of a deleted model, those of the same text come first', () => {
  const runs = [record({ runId: 'run_1', corpusId: 'c_2' }), record({ runId: 'run_2', corpusId: 'c_1' })]
  expect(likelyModels(runs, 'c_1').map(({ runId }) => runId)).toEqual(['run_2', 'run_1'])
  expect(likelyModels(runs, null).map(({ runId }) => runId)).toEqual(['run_1', 'run_2'])
})
