// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Output } from '../../../src-preload/contract/methods'
import { later, refusal, settle, TestBridge } from './bridge'
import { curves, detail, evalRow, message, record, runId, stepRow, whole } from './records'

/** A fresh page: api.ts takes the bridge when it is loaded, as it does in the window. */
async function openPage() {
  vi.resetModules()
  const bridge = new TestBridge()
  Object.assign(window, { homegrown: bridge })
  const pinia = createPinia()
  setActivePinia(pinia)
  const [run, runs, talk] = await Promise.all([
    import('../../../src-renderer/stores/run'),
    import('../../../src-renderer/stores/runs'),
    import('../../../src-renderer/stores/talk'),
  ])
  return { bridge, run: run.useRunStore(pinia), runs: runs.useRunsStore(pinia), talk: talk.useTalkStore(pinia) }
}
let page: Awaited<ReturnType<typeof openPage>>
beforeEach(async () => {
  page = await openPage()
})

const steps = (): number[] => [...page.run.curves.column('step').subarray(0, page.run.curves.length)]

describe('the open run', () => {
  test('events that arrive before the history are kept, and those the history holds are not counted twice', async () => {
    const history = later<Output<'runs.curves'>>()
    page.bridge.answers = { 'runs.get': () => detail(), 'runs.curves': () => history.promise }
    const opened = page.run.open(runId)
    page.bridge.emit({ topic: 'run', runId, seq: 2, kind: 'steps', rows: [stepRow(2, 20)] })
    page.bridge.emit({ topic: 'run', runId, seq: 3, kind: 'steps', rows: [stepRow(3, 30)] })
    history.resolve(curves(2, [stepRow(1, 10), stepRow(2, 20)]))
    await opened
    expect(steps()).toEqual([10, 20, 30])
    expect(page.run.run?.step).toBe(30)
  })

  test('live events move the record, the samples, the checkpoints and the tiers', async () => {
    page.bridge.answers = { 'runs.get': () => detail(), 'runs.curves': () => curves(0, []) }
    await page.run.open(runId)
    const before = page.run.version
    page.bridge.emit({ topic: 'run', runId, seq: 1, kind: 'stage', stage: 'training', progress: null })
    page.bridge.emit({
      topic: 'run',
      runId,
      seq: 2,
      kind: 'tier',
      step: 0,
      tier: 'graph',
      precision: 'float32',
      timings: [],
    })
    page.bridge.emit({ topic: 'run', runId, seq: 3, kind: 'steps', rows: [stepRow(3, 10)] })
    page.bridge.emit({ topic: 'run', runId, seq: 4, kind: 'eval', row: evalRow(4, 10, 2.5) })
    page.bridge.emit({ topic: 'run', runId, seq: 5, kind: 'eval', row: evalRow(5, 20, 2.7) })
    const saved = { kind: 'last', step: 10, valLossNats: null, savedAt: 5, sizeBytes: 9 } as const
    page.bridge.emit({ topic: 'run', runId, seq: 6, kind: 'checkpoint', checkpoint: saved })
    page.bridge.emit({ topic: 'run', runId, seq: 7, kind: 'checkpoint', checkpoint: { ...saved, step: 20 } })
    page.bridge.emit({
      topic: 'run',
      runId,
      seq: 8,
      kind: 'sample',
      sample: { step: 20, prompt: '', text: 'a', at: 1 },
    })
    expect(page.run.stage).toBe('training')
    expect(page.run.detail?.tiers).toEqual([{ step: 0, tier: 'graph', precision: 'float32', timings: [] }])
    expect(page.run.run).toMatchObject({ step: 10, bestValLossNats: 2.5, checkpoints: [{ step: 20 }, { step: 10 }] })
    expect(page.run.detail?.samples).toHaveLength(1)
    expect(page.run.curves.evals).toHaveLength(2)
    expect(page.run.version).toBeGreaterThan(before)
  })

  test('events of another run change nothing, and a late answer for a run left behind is dropped', async () => {
    const slow = later<Output<'runs.get'>>()
    page.bridge.answers = {
      'runs.get': ({ runId: id }) => (id === runId ? slow.promise : detail({ runId: id, name: 'Second' })),
      'runs.curves': () => curves(0, []),
    }
    const first = page.run.open(runId)
    await page.run.open('run_11111111')
    slow.resolve(detail())
    await first
    page.bridge.emit({ topic: 'run', runId, seq: 1, kind: 'steps', rows: [stepRow(1, 10)] })
    expect(page.run.run?.name).toBe('Second')
    expect(steps()).toEqual([])
  })

  test('a run that is deleted while open is gone, and back when the delete is taken back', async () => {
    page.bridge.answers = { 'runs.get': () => detail(), 'runs.curves': () => curves(0, []) }
    await page.run.open(runId)
    page.bridge.answers['runs.get'] = () => {
      throw refusal('run.notFound')
    }
    page.bridge.emit({ topic: 'changed', what: 'runs' })
    await settle()
    expect(page.run.gone).toBe(true)
    page.bridge.answers['runs.get'] = () => detail({ name: 'Again' })
    page.bridge.emit({ topic: 'changed', what: 'runs' })
    await settle()
    expect(page.run.gone).toBe(false)
    expect(page.run.run?.name).toBe('Again')
  })

  test('a backend that comes back is asked for everything again', async () => {
    page.bridge.answers = { 'runs.get': () => detail(), 'runs.curves': () => curves(1, [stepRow(1, 10)]) }
    await page.run.open(runId)
    page.bridge.answers['runs.curves'] = () => curves(3, [stepRow(1, 10), stepRow(2, 20), stepRow(3, 30)])
    page.bridge.emit({ topic: 'backend', state: 'up' })
    await settle()
    expect(steps()).toEqual([10, 20, 30])
  })
})

describe('the list of runs', () => {
  test('a state that arrives while the list is fetched is newer than the list', async () => {
    page.bridge.answers = { 'runs.list': () => whole(record()) }
    await page.runs.open()
    const list = later<Output<'runs.list'>>()
    page.bridge.answers = { 'runs.list': () => list.promise }
    const refreshed = page.runs.refresh()
    page.bridge.emit({ topic: 'run', runId, seq: 1, kind: 'state', run: record({ state: 'paused', seq: 1 }) })
    list.resolve(whole(record({ state: 'running' })))
    await refreshed
    expect(page.runs.byId(runId)?.state).toBe('paused')
  })

  test('a deleted run does not come back by a late event', async () => {
    page.bridge.answers = { 'runs.list': () => whole(record()), 'runs.delete': () => ({}) }
    await page.runs.open()
    page.bridge.answers['runs.list'] = () => whole()
    await page.runs.remove(runId)
    page.bridge.emit({ topic: 'run', runId, seq: 9, kind: 'state', run: record({ state: 'stopped' }) })
    await settle()
    expect(page.runs.list).toEqual([])
  })

  test('only what changed is asked for again, and everything after a backend was lost', async () => {
    const [old, other] = [
      record({ runId: 'run_00000001', createdAt: 3 }),
      record({ runId: 'run_00000002', createdAt: 2 }),
    ]
    page.bridge.answers = { 'runs.list': () => ({ ...whole(old, other), revision: 7 }) }
    await page.runs.open()
    const fresh = record({ runId: 'run_00000003', createdAt: 4 })
    page.bridge.answers['runs.list'] = ({ since }) => {
      expect(since).toBe(7)
      return { revision: 9, runs: [fresh, { ...other, name: 'Renamed', seq: 5 }], removed: [old.runId] }
    }
    page.bridge.emit({ topic: 'changed', what: 'runs' })
    await settle()
    expect(page.runs.list.map(({ name }) => name)).toEqual(['First', 'Renamed'])
    page.bridge.answers['runs.list'] = ({ since }) => {
      expect(since).toBe(0)
      return whole(old)
    }
    page.bridge.emit({ topic: 'backend', state: 'up' })
    await settle()
    expect(page.runs.list).toEqual([old])
  })

  test('what cannot be fetched is said, and forgotten when it works again', async () => {
    await page.runs.open()
    expect(page.runs.error?.code).toBe('method.unknown')
    page.bridge.answers = { 'runs.list': () => whole(record()) }
    await page.runs.refresh()
    expect(page.runs.error).toBeNull()
    expect(page.runs.list).toHaveLength(1)
  })
})

describe('talk', () => {
  const conversation = {
    conversationId: 'con_00000000',
    title: 'Once',
    runId,
    deletedModel: null,
    corpusId: null,
    updatedAt: 1,
    messages: 1,
  }
  const generationId = 'gen_00000000'
  const asked = message('msg_00000001')
  const answer = message('msg_00000002', { role: 'model', text: ' upon a time', tokens: 3, endReason: 'length' })
  const wish = {
    runId,
    checkpoint: 'best',
    prompt: 'Once',
    sampling: { temperature: 1, topK: 0, topP: 1, maxTokens: 10, seed: null, stop: [] as string[] },
  } as const
  const generation = {
    ...{ generationId, conversationId: conversation.conversationId, messageId: answer.messageId },
    ...{ startedAt: 1, text: '', tokens: 0, stopping: false, seq: 0 },
  }
  const text = (seq: number, words: string) =>
    ({ topic: 'generation', generationId, seq, kind: 'text', text: words, tokens: seq }) as const
  const half = { ...answer, text: ' upon', tokens: null, endReason: null }
  const end = { topic: 'generation', generationId, seq: 3, kind: 'end', message: answer, error: null } as const

  beforeEach(() => {
    page.bridge.answers = {
      'talk.list': () => [conversation],
      'talk.create': () => conversation,
      'talk.generate': () => ({ generationId, messageId: answer.messageId, seed: 7 }),
      'talk.get': () => ({ conversation, messages: [asked] }),
      'talk.writing': () => null,
    }
  })

  test('text arrives piece by piece, and the end turns it into a message', async () => {
    await page.talk.start()
    await page.talk.write(wish)
    expect(page.talk.messages).toEqual([asked])
    page.bridge.emit({ topic: 'generation', generationId, seq: 1, kind: 'text', text: ' upon', tokens: 1 })
    page.bridge.emit({ topic: 'generation', generationId, seq: 2, kind: 'text', text: ' a time', tokens: 3 })
    expect(page.talk.writing).toMatchObject({ text: ' upon a time', tokens: 3 })
    page.bridge.emit(end)
    expect(page.talk.writing).toBeNull()
    expect(page.talk.messages).toEqual([asked, answer])
  })

  test('an answer that ends before its request is answered is not lost', async () => {
    await page.talk.start()
    page.bridge.answers['talk.generate'] = () => {
      page.bridge.emit({ topic: 'generation', generationId, seq: 0, kind: 'begin', generation })
      page.bridge.emit({ topic: 'generation', generationId, seq: 1, kind: 'text', text: ' upon', tokens: 1 })
      page.bridge.emit(end)
      return { generationId, messageId: answer.messageId, seed: 7 }
    }
    page.bridge.answers['talk.get'] = () => ({ conversation, messages: [asked, answer] })
    await page.talk.write(wish)
    expect(page.talk.messages).toEqual([asked, answer])
    expect(page.talk.writing).toBeNull()
  })

  test('writing again takes the old answer away while the new one comes', async () => {
    page.bridge.answers['talk.get'] = () => ({ conversation, messages: [asked, answer] })
    await page.talk.start()
    await page.talk.open(conversation.conversationId)
    expect(page.talk.messages).toHaveLength(2)
    await page.talk.write({ ...wish, prompt: null })
    expect(page.talk.messages).toEqual([asked])
  })

  test('an answer that could not be written again is back', async () => {
    page.bridge.answers['talk.get'] = () => ({ conversation, messages: [asked, answer] })
    page.bridge.answers['talk.generate'] = () => {
      throw refusal('generation.busy')
    }
    await page.talk.start()
    await page.talk.open(conversation.conversationId)
    await page.talk.write({ ...wish, prompt: null })
    expect(page.talk.messages).toEqual([asked, answer])
    expect(page.talk.error?.code).toBe('generation.busy')
  })

  test('where writing again fails with nothing written the former version is back, and the failure is said', async () => {
    page.bridge.answers['talk.get'] = () => ({ conversation, messages: [asked, answer] })
    await page.talk.start()
    await page.talk.open(conversation.conversationId)
    const empty = message('msg_00000003', { role: 'model', text: '', versions: [answer.messageId] })
    page.bridge.answers['talk.generate'] = () => ({ generationId, messageId: empty.messageId, seed: 7 })
    page.bridge.answers['talk.get'] = () => ({ conversation, messages: [asked, empty] })
    await page.talk.write({ ...wish, prompt: null })
    page.bridge.answers['talk.get'] = () => ({ conversation, messages: [asked, answer] })
    page.bridge.emit({ ...end, message: { ...empty, endReason: 'failed' }, error: { code: 'job.killed', params: {} } })
    await settle()
    expect(page.talk.messages).toEqual([asked, answer])
    expect(page.talk.underWay).toBeNull()
    expect(page.talk.error?.code).toBe('job.killed')
  })

  test('a refusal is shown and ends the writing', async () => {
    await page.talk.start()
    page.bridge.answers['talk.generate'] = () => {
      throw refusal('checkpoint.damaged')
    }
    await page.talk.write(wish)
    expect(page.talk.error?.code).toBe('checkpoint.damaged')
    expect(page.talk.writing).toBeNull()
  })

  test('after a reload the answer goes on being shown, each piece of it once, and can be stopped', async () => {
    const snapshot = later<Output<'talk.writing'>>()
    page.bridge.answers['talk.writing'] = () => snapshot.promise
    page.bridge.answers['talk.get'] = () => ({ conversation, messages: [asked, half] })
    page.bridge.answers['talk.stop'] = () => ({})
    const started = page.talk.start()
    page.bridge.emit(text(2, ' a'))
    page.bridge.emit(text(3, ' time'))
    snapshot.resolve({ ...generation, text: ' upon a', tokens: 2, seq: 2 })
    await started
    await page.talk.open(conversation.conversationId)
    expect(page.talk.messages).toEqual([asked])
    expect(page.talk.writing).toMatchObject({ text: ' upon a time', tokens: 3 })
    await page.talk.stop()
    expect(page.bridge.calls.at(-1)).toEqual({ method: 'talk.stop', input: { generationId } })
    page.bridge.emit({ ...end, seq: 4 })
    expect(page.talk.messages).toEqual([asked, answer])
    expect(page.talk.writing).toBeNull()
  })

  test('a second window shows what the first one asks for, with its prompt', async () => {
    await page.talk.start()
    page.bridge.answers['talk.get'] = () => ({ conversation, messages: [] })
    await page.talk.open(conversation.conversationId)
    page.bridge.answers['talk.get'] = () => ({ conversation, messages: [asked, half] })
    page.bridge.emit({ topic: 'generation', generationId, seq: 0, kind: 'begin', generation })
    page.bridge.emit(text(1, ' upon'))
    await settle()
    expect(page.talk.messages).toEqual([asked])
    expect(page.talk.writing?.text).toBe(' upon')
  })

  test('what was written while the connection was lost is there again', async () => {
    await page.talk.start()
    await page.talk.write(wish)
    page.bridge.emit(text(1, ' upon'))
    page.bridge.emit({ topic: 'backend', state: 'down' })
    expect(page.talk.writing?.text).toBe(' upon')
    page.bridge.answers['talk.writing'] = () => ({ ...generation, text: ' upon a time', tokens: 3, seq: 3 })
    page.bridge.emit({ topic: 'backend', state: 'up' })
    await settle()
    expect(page.talk.writing?.text).toBe(' upon a time')
    // A message that was dropped on the way is noticed by its number.
    page.bridge.answers['talk.writing'] = () => ({ ...generation, text: ' upon a time there', tokens: 5, seq: 5 })
    page.bridge.emit(text(5, ' there'))
    await settle()
    expect(page.talk.writing?.text).toBe(' upon a time there')
  })

  test('an answer whose backend was lost ends, and the next prompt is taken', async () => {
    await page.talk.start()
    await page.talk.write(wish)
    page.bridge.emit({ topic: 'backend', state: 'down' })
    page.bridge.emit({ topic: 'backend', state: 'up' })
    await settle()
    expect(page.talk.writing).toBeNull()
    await page.talk.write(wish)
    expect(page.talk.writing?.generationId).toBe(generationId)
  })
})
