import { expect, it, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { AppEvent } from '../../src-preload/contract/events'
import type { Input } from '../../src-preload/contract/methods'
import type { ConversationRecord, MessageRecord } from '../../src-preload/contract/records/conversations'
import { installBridge } from '../unit/renderer-app/bridge'
import { message, record } from '../unit/renderer-stores/records'

const saved = { kind: 'best', step: 10, valLossNats: 2, savedAt: 1, sizeBytes: 1 } as const
const runs = [
  record({ runId: 'run_00000001', name: 'Poems', corpusId: 'c_00000001', createdAt: 3, checkpoints: [saved] }),
  record({ runId: 'run_00000002', name: 'Tales again', corpusId: 'c_00000002', createdAt: 2, checkpoints: [saved] }),
]
const own = message('msg_00000001', { text: 'There was ' })
const models: MessageRecord = message('msg_00000002', {
  ...{ role: 'model', text: 'a fox.', runId: 'run_00000000', model: 'Tales', checkpoint: 'best', step: 10 },
  ...{ seed: 7, tokens: 4, tokensPerSecond: 9, endReason: 'length' },
})
const conversation: ConversationRecord = {
  ...{ conversationId: 'talk_00000001', title: 'There was', runId: 'run_00000000', deletedModel: 'Tales' },
  ...{ corpusId: 'c_00000002', updatedAt: 1, messages: 2 },
}
const asked: Input<'talk.generate'>[] = []
const stopped: string[] = []
const bridge = installBridge({
  'runs.list': () => ({ revision: 1, runs, removed: null }),
  'talk.list': () => [conversation],
  'talk.writing': () => null,
  'talk.get': () => ({ conversation, messages: [own, models] }),
  'talk.reading': ({ draft }) => ({ tokens: 20 + draft.length, limit: 16, unread: 12 }),
  'talk.starters': () => ['In the morning'],
  'talk.generate': (input) => {
    asked.push(input)
    return { generationId: 'gen_00000001', messageId: 'msg_00000003', seed: 7 }
  },
  'talk.stop': ({ generationId }) => {
    stopped.push(generationId)
    return {}
  },
})
// After the bridge: the stores look for it when they are loaded.
const { default: TalkView } = await import('../../src-renderer/views/TalkView.vue')
const { show } = await import('./mount')

const write = page.getByRole('button', { name: 'Write', exact: true })
const input = page.getByRole('textbox', { name: 'Next words' })
const passages = (): string[] =>
  [...document.querySelectorAll('.flow [role=group]')].map((one) =>
    one.textContent.replace('The model reads from here', '|'),
  )

/** Opens the only page there is. */
async function open(): Promise<void> {
  show(TalkView)
  await page
    .getByRole('navigation', { name: 'Pages' })
    .getByRole('button', { name: /^There was/ })
    .first()
    .click()
  await vi.waitFor(() => {
    expect(passages().length).toBe(2)
  })
}

it('shows both hands’ words as one text, and where the model begins to read', async () => {
  await open()
  // Whose model was deleted: nobody reads it until another one is chosen.
  expect(passages()).toEqual(['There was ', 'a fox.'])
  await page.getByRole('button', { name: 'Continue with Tales again' }).click()
  await vi.waitFor(() => {
    expect(passages()).toEqual(['There was ', 'a |fox.'])
  })
  await expect.element(page.getByTestId('reads')).toHaveTextContent('Reads the last 16 tokens of 20')
  await input.fill(' He')
  await expect.element(page.getByTestId('reads')).toHaveTextContent('Reads the last 16 tokens of 23')
})

it('asks which model continues a page whose own was deleted, the one of the same text first', async () => {
  await open()
  const offers = page.getByRole('region', { name: 'Choose a model for this page' }).getByRole('button')
  expect(offers.elements().map((one) => one.textContent.trim())).toEqual([
    'Continue with Tales again',
    'Continue with Poems',
  ])
  await input.fill(' He')
  await expect.element(write).toBeDisabled()
  await userEvent.keyboard('{Enter}')
  expect(asked).toEqual([])
  await offers.first().click()
  await expect.element(write).toBeEnabled()
  await expect.element(page.getByText('This page continues with “Tales again”.', { exact: false })).toBeVisible()
})

it('says that it stops from the press on until it has ended', async () => {
  await open()
  await page.getByRole('button', { name: 'Continue with Tales again' }).click()
  await input.fill(' He')
  await userEvent.keyboard('{Enter}')
  const stop = page.getByRole('button', { name: 'Stop (Esc)' })
  await expect.element(stop).toBeVisible()
  expect(asked).toMatchObject([{ runId: 'run_00000002', prompt: ' He', withAnother: true }])
  await stop.click()
  const stopping = page.getByRole('button', { name: 'Stopping…' })
  await expect.element(stopping).toBeVisible()
  await stopping.click({ force: true })
  expect(stopped).toEqual(['gen_00000001'])
  const end: MessageRecord = message('msg_00000003', {
    ...models,
    messageId: 'msg_00000003',
    versions: ['msg_00000003'],
  })
  const event: AppEvent = {
    topic: 'generation',
    generationId: 'gen_00000001',
    seq: 1,
    kind: 'end',
    message: end,
    error: null,
  }
  bridge.emit(event)
  await expect.element(write).toBeVisible()
})
