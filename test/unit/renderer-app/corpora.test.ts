// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { CorpusRecord } from '../../../src-preload/contract/records/corpora'
import { installBridge } from './bridge'

const record = (corpusId: string, change: Partial<CorpusRecord> = {}): CorpusRecord => ({
  corpusId,
  name: corpusId,
  state: 'ready',
  createdAt: 1,
  documents: 1,
  leftOut: 0,
  repaired: 0,
  lost: 0,
  dismissed: false,
  counts: null,
  error: null,
  ...change,
})
const stored = new Map<string, CorpusRecord>()
const deleted = new Map<string, CorpusRecord>()
/** Runs while the list is on its way to the page. */
let meanwhile: (() => void) | null = null

const { emit } = installBridge({
  'corpora.list': async () => {
    const answer = [...stored.values()]
    meanwhile?.()
    meanwhile = null
    await Promise.resolve()
    return answer
  },
  'corpora.import': ({ sources }) => {
    const [source] = sources
    const corpus = record('c_00000009', {
      name: source?.kind === 'path' ? source.path : '',
      state: 'importing',
      createdAt: 9,
    })
    stored.set(corpus.corpusId, corpus)
    return { ...corpus, found: 'new' as const }
  },
  'corpora.delete': ({ corpusId }) => {
    const corpus = stored.get(corpusId)
    if (corpus) deleted.set(corpusId, corpus)
    stored.delete(corpusId)
    return {}
  },
  'corpora.restore': ({ corpusId }) => deleted.get(corpusId) ?? record(corpusId),
})
const { useCorporaStore } = await import('../../../src-renderer/stores/corpora')
const { useAppStore } = await import('../../../src-renderer/stores/app')

describe('the store of texts', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    stored.clear()
    stored.set('c_00000001', record('c_00000001'))
    stored.set('c_00000002', record('c_00000002', { createdAt: 2 }))
  })
  const open = async (): Promise<ReturnType<typeof useCorporaStore>> => {
    const corpora = useCorporaStore()
    await vi.waitFor(() => {
      expect(corpora.loaded).toBe(true)
    })
    return corpora
  }
  const ids = (corpora: { corpora: readonly CorpusRecord[] }): string[] =>
    corpora.corpora.map(({ corpusId }) => corpusId)

  it('lists the newest first', async () => {
    expect(ids(await open())).toEqual(['c_00000002', 'c_00000001'])
  })

  it('loses nothing that happens while the list is fetched', async () => {
    meanwhile = () => {
      const corpus = record('c_00000003', { createdAt: 3 })
      stored.set(corpus.corpusId, corpus)
      emit({ topic: 'corpus', corpusId: corpus.corpusId, seq: 1, kind: 'state', corpus })
    }
    expect(ids(await open())).toEqual(['c_00000003', 'c_00000002', 'c_00000001'])
  })

  it('imports dropped files by path and follows their progress in order', async () => {
    const corpora = await open()
    await corpora.addFiles([{ kind: 'file', file: new File(['text'], 'a.txt'), name: 'a.txt' }])
    const [imported] = corpora.corpora
    expect(imported).toMatchObject({ name: '/texts/a.txt', state: 'importing' })

    const progress = {
      topic: 'corpus',
      corpusId: 'c_00000009',
      kind: 'progress',
      stage: 'reading',
      file: 'a.txt',
    } as const
    emit({ ...progress, seq: 2, progress: 0.5 })
    emit({ ...progress, seq: 1, progress: 0.2 })
    expect(corpora.progress.get('c_00000009')?.progress).toBe(0.5)

    emit({ topic: 'corpus', corpusId: 'c_00000009', seq: 3, kind: 'state', corpus: record('c_00000009') })
    expect(corpora.progress.has('c_00000009')).toBe(false)
    expect(corpora.ready).toHaveLength(3)
  })

  it('brings each deleted text back on its own undo', async () => {
    const corpora = await open()
    const app = useAppStore()
    await corpora.remove(record('c_00000001'))
    expect(ids(corpora)).toEqual(['c_00000002'])
    await corpora.remove(record('c_00000002'))
    expect(ids(corpora)).toEqual([])
    const [first, second] = app.notices
    expect([first?.params['name'], second?.params['name']]).toEqual(['c_00000001', 'c_00000002'])
    await first?.actions[0]?.action()
    expect(ids(corpora)).toEqual(['c_00000001'])
    // The other one's way back is still there.
    await second?.actions[0]?.action()
    expect(ids(corpora)).toEqual(['c_00000002', 'c_00000001'])
  })

  it('keeps an error that no form shows', async () => {
    const corpora = await open()
    const app = useAppStore()
    expect(await app.attempt(() => corpora.rename('c_00000001', 'x'))).toBe(false)
    expect(app.error?.code).toBe('input.invalid')
  })
})
