import { defineStore } from 'pinia'
import { computed, reactive, ref, shallowRef } from 'vue'
import { AppError } from '../../src-preload/contract/errors'
import type { CorpusEvent } from '../../src-preload/contract/events'
import type { Input, Output } from '../../src-preload/contract/methods'
import type {
  CorpusDocument,
  CorpusRecord,
  EncodingCandidate,
  ImportedCorpus,
} from '../../src-preload/contract/records/corpora'
import { isWindow, pathOf, pickTexts, request, subscribe } from '../api'
import { corpusLimits } from '../../src-preload/contract/limits'
import type { BroughtFile } from '../composables/droppedFiles'
import type { Locale } from '../text/i18n'
import { undo, useAppStore } from './app'
import { createSending, type Source } from './sending'

type Progress = Extract<CorpusEvent, { kind: 'progress' }>

const byPath = (brought: BroughtFile): Source =>
  brought.kind === 'file' ? { kind: 'path', path: pathOf(brought.file) } : brought

export const useCorporaStore = defineStore('corpora', () => {
  const app = useAppStore()
  const corpora = shallowRef<readonly CorpusRecord[]>([])
  const progress = reactive(new Map<string, Progress>())
  const loaded = ref(false)
  const error = shallowRef<AppError | null>(null)
  const { sending, send, stop: stopSending } = createSending()
  /** A text that somebody should see: its card opens. */
  const shown = ref<string | null>(null)
  /** Changes seen, so that a list that was fetched while one arrived is fetched again. */
  let changes = 0

  const ready = computed(() => corpora.value.filter(({ state }) => state === 'ready'))

  function put(record: CorpusRecord): void {
    changes++
    const others = corpora.value.filter(({ corpusId }) => corpusId !== record.corpusId)
    corpora.value = [...others, record].sort((a, b) => b.createdAt - a.createdAt)
    if (record.state !== 'importing') progress.delete(record.corpusId)
  }

  function drop(corpusId: string): void {
    changes++
    corpora.value = corpora.value.filter((record) => record.corpusId !== corpusId)
    progress.delete(corpusId)
  }

  async function load(): Promise<void> {
    try {
      let seen: number
      do {
        seen = changes
        const list = await request('corpora.list', {})
        corpora.value = [...list].sort((a, b) => b.createdAt - a.createdAt)
      } while (seen !== changes)
      error.value = null
    } catch (thrown) {
      error.value = AppError.from(thrown)
    } finally {
      loaded.value = true
    }
  }

  async function importSources(input: Input<'corpora.import'>): Promise<ImportedCorpus> {
    const imported = await request('corpora.import', input)
    const { found, ...record } = imported
    // A small text may be ready before the answer is here: the event is newer.
    if (found !== 'trash' && !corpora.value.some(({ corpusId }) => corpusId === record.corpusId)) put(record)
    return imported
  }

  /** What a person brought. Where it is here already, it is shown, and imported a second time only when asked for. */
  async function bring(input: Input<'corpora.import'>): Promise<void> {
    const { found, corpusId, name } = await importSources(input)
    if (found === 'new') return
    const again = { key: 'texts.found.again', action: () => importSources({ ...input, again: true }) } as const
    if (found === 'here') {
      shown.value = corpusId
      app.notify('texts.found.here', { name }, [again])
    } else {
      app.notify('texts.found.trash', { name }, [
        { key: 'texts.found.restore', action: () => restore(corpusId) },
        again,
      ])
    }
  }

  /** Dropped or picked files: by path in the window, sent in a browser, one drop after the other. */
  async function addFiles(files: readonly BroughtFile[]): Promise<void> {
    if (files.length === 0) throw new AppError('corpus.noText')
    if (files.length > corpusLimits.maxFiles) throw new AppError('corpus.tooLarge', { name: files[0]?.name ?? '' })
    await bring({ sources: isWindow ? files.map(byPath) : await send(files) })
  }

  /** The system's file dialog (window only). */
  async function addPicked(): Promise<void> {
    const paths = await pickTexts()
    if (paths.length > 0) await bring({ sources: paths.map((path) => ({ kind: 'path', path })) })
  }

  async function addSample(language: Locale, name: string): Promise<CorpusRecord> {
    const { found, ...record } = await importSources({ sources: [{ kind: 'sample', language }], name })
    return found === 'trash' ? restore(record.corpusId) : record
  }

  async function rename(corpusId: string, name: string): Promise<void> {
    put(await request('corpora.rename', { corpusId, name }))
  }

  const encodings = (corpusId: string, document: number): Promise<EncodingCandidate[]> =>
    request('corpora.encodings', { corpusId, document })

  /** The old text stands until the new one is ready. */
  async function reread(corpusId: string, document: number, encoding: string): Promise<void> {
    put(await request('corpora.reread', { corpusId, document, encoding }))
  }

  async function dismiss(corpusId: string): Promise<void> {
    put(await request('corpora.dismiss', { corpusId }))
  }

  async function remove(record: CorpusRecord): Promise<void> {
    await request('corpora.delete', { corpusId: record.corpusId })
    drop(record.corpusId)
    const isInTrash = record.state === 'ready'
    app.notify('texts.deleted', { name: record.name }, isInTrash ? undo(() => restore(record.corpusId)) : [])
  }

  async function restore(corpusId: string): Promise<CorpusRecord> {
    const record = await request('corpora.restore', { corpusId })
    put(record)
    return record
  }

  const cancel = (corpusId: string): Promise<object> => request('corpora.cancel', { corpusId })
  const documents = (corpusId: string): Promise<CorpusDocument[]> => request('corpora.documents', { corpusId })
  const preview = (input: Input<'corpora.preview'>): Promise<Output<'corpora.preview'>> =>
    request('corpora.preview', input)

  subscribe((event) => {
    if (event.topic === 'corpus') {
      if (event.kind === 'state') put(event.corpus)
      else if (event.seq > (progress.get(event.corpusId)?.seq ?? -1)) progress.set(event.corpusId, event)
    } else if (
      (event.topic === 'changed' && event.what === 'corpora') ||
      (event.topic === 'backend' && event.state === 'up')
    ) {
      void load()
    }
  })
  void load()

  return {
    corpora,
    ready,
    progress,
    loaded,
    error,
    sending,
    shown,
    load,
    addFiles,
    addPicked,
    addSample,
    stopSending,
    rename,
    encodings,
    reread,
    dismiss,
    remove,
    cancel,
    documents,
    preview,
  }
})
