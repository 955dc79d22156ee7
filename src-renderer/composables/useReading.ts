import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import type { Reading } from '../../src-preload/contract/records/conversations'
import { request } from '../api'

export interface PageToRead {
  /** null: no model is chosen. */
  readonly runId: string | null
  /** null: a new page. */
  readonly conversationId: string | null
  readonly draft: string
}

/** Typing waits for nothing, and the backend counts a page once for many letters. */
const pauseMs = 150

/**
 * How much of the open page, with what is being typed at its end, the model reads: counted by its own tokenizer, again
 * whenever the page changes.
 *
 * @param changed whatever else changes the page: its passages
 * @returns null until it is known, and where nobody can tell
 */
export function useReading(page: () => PageToRead, changed: () => unknown): Readonly<Ref<Reading | null>> {
  const reading = shallowRef<Reading | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0

  async function ask(): Promise<void> {
    const { runId, conversationId, draft } = page()
    const number = ++asked
    // What the page shows is right without it: nothing is dimmed then.
    const answer =
      runId === null ? null : await request('talk.reading', { runId, conversationId, draft }).catch(() => null)
    if (number === asked) reading.value = answer
  }

  watch(
    [() => page().runId, () => page().conversationId, () => page().draft, changed],
    ([runId, conversationId], [runBefore, conversationBefore]) => {
      if (runId !== runBefore || conversationId !== conversationBefore) reading.value = null
      clearTimeout(timer)
      timer = setTimeout(() => void ask(), pauseMs)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
    asked++
  })
  return reading
}
