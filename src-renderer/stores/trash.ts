import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { AppError } from '../../src-preload/contract/errors'
import type { AppEvent } from '../../src-preload/contract/events'
import type { TrashItem } from '../../src-preload/contract/records/trash'
import { request, subscribe } from '../api'

/** What is deleted and can still be restored, the last first. */
export const useTrashStore = defineStore('trash', () => {
  const items = shallowRef<readonly TrashItem[]>([])
  /** What emptying it frees. */
  const sizeBytes = ref(0)
  const loaded = ref(false)
  const error = shallowRef<AppError | null>(null)
  let subscribed = false
  /** Answers may come in another order than they were asked for: the last one asked counts. */
  let asked = 0

  function receive(event: AppEvent): void {
    const isChange = event.topic === 'changed' && ['corpora', 'runs', 'conversations'].includes(event.what)
    if (isChange || (event.topic === 'backend' && event.state === 'up')) void refresh()
  }

  async function refresh(): Promise<void> {
    const turn = ++asked
    try {
      const contents = await request('trash.list', {})
      if (turn !== asked) return
      items.value = contents.items
      sizeBytes.value = contents.sizeBytes
      error.value = null
      loaded.value = true
    } catch (thrown) {
      if (turn === asked) error.value = AppError.from(thrown)
    }
  }

  async function open(): Promise<void> {
    if (!subscribed) subscribe(receive)
    subscribed = true
    await refresh()
  }

  async function restore({ kind, id }: TrashItem): Promise<void> {
    if (kind === 'corpus') await request('corpora.restore', { corpusId: id })
    else if (kind === 'run') await request('runs.restore', { runId: id })
    else await request('talk.restore', { conversationId: id })
    await refresh()
  }

  /** @param ids null: everything. @returns how many are gone, and how many something still needs */
  async function empty(ids: string[] | null): Promise<{ removed: number; left: number }> {
    const result = await request('trash.empty', { ids })
    await refresh()
    return result
  }

  return { items, sizeBytes, loaded, error, open, restore, empty }
})
