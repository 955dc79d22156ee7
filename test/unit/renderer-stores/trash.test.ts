// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import type { Output } from '../../../src-preload/contract/methods'
import type { TrashItem } from '../../../src-preload/contract/records/trash'
import { later, settle, TestBridge } from './bridge'

const item = (id: string, kind: TrashItem['kind']): TrashItem => ({
  ...{ id, kind, name: id, deletedAt: 1, goesAt: 2, sizeBytes: 10 },
})
const contents = (...items: TrashItem[]): Output<'trash.list'> => ({ items, sizeBytes: 10 * items.length })

async function openPage() {
  vi.resetModules()
  const bridge = new TestBridge()
  Object.assign(window, { homegrown: bridge })
  setActivePinia(createPinia())
  const [trash, app] = await Promise.all([
    import('../../../src-renderer/stores/trash'),
    import('../../../src-renderer/stores/app'),
  ])
  return { bridge, trash: trash.useTrashStore(), app: app.useAppStore() }
}
let page: Awaited<ReturnType<typeof openPage>>
beforeEach(async () => {
  page = await openPage()
})

it('restores each kind where it belongs, and hears of what is deleted elsewhere', async () => {
  const items = [item('c_00000001', 'corpus'), item('run_00000001', 'run'), item('talk_00000001', 'conversation')]
  let listed = contents(...items)
  page.bridge.answers = { 'trash.list': () => listed }
  await page.trash.open()
  expect(page.trash.sizeBytes).toBe(30)
  const asked = (): string[] => page.bridge.calls.map(({ method }) => method).filter((one) => one !== 'trash.list')
  for (const one of items) await page.trash.restore(one).catch(() => undefined)
  expect(asked()).toEqual(['corpora.restore', 'runs.restore', 'talk.restore'])
  listed = contents()
  page.bridge.emit({ topic: 'changed', what: 'runs' })
  await settle()
  expect(page.trash.items).toEqual([])
})

it('shows the last answer that was asked for, whichever comes last', async () => {
  const slow = later<Output<'trash.list'>>()
  page.bridge.answers = { 'trash.list': () => slow.promise }
  const first = page.trash.open()
  page.bridge.answers = { 'trash.list': () => contents() }
  page.bridge.emit({ topic: 'changed', what: 'corpora' })
  await settle()
  slow.resolve(contents(item('c_00000001', 'corpus')))
  await first
  expect(page.trash.items).toEqual([])
})

it('keeps several notices, each with its own way back, and a question until it is answered', async () => {
  const back: string[] = []
  const way = (name: string) => [{ key: 'app.action.undo', action: () => Promise.resolve(back.push(name)) } as const]
  for (const name of ['a', 'b', 'c']) page.app.notify('texts.deleted', { name }, way(name))
  const [first, second, third] = page.app.notices
  await first?.actions[0]?.action()
  page.app.dismiss(first?.id ?? -1)
  expect(back).toEqual(['a'])
  expect(page.app.notices).toEqual([second, third])

  const question = { title: { key: 'trash.ask.forever' }, lines: [], action: 'trash.remove' } as const
  const overtaken = page.app.ask(question)
  const asked = page.app.ask(question)
  // Whoever asks second takes the place: the first one is a no.
  expect(await overtaken).toBe(false)
  page.app.answer(true)
  expect(await asked).toBe(true)
  expect(page.app.question).toBeNull()
})
