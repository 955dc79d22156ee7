import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import { useRunsStore } from '../stores/runs'

/** Rest of the keyboard before the backend is asked. */
const restMs = 200

/** The runs whose notes a search finds; empty until the answer is there. */
export function useNoteSearch(search: () => string): Readonly<ShallowRef<ReadonlySet<string>>> {
  const runs = useRunsStore()
  const found = shallowRef<ReadonlySet<string>>(new Set())
  let timer: ReturnType<typeof setTimeout> | undefined

  async function ask(text: string): Promise<void> {
    // Without an answer the names are searched all the same.
    const runIds = await runs.search(text).catch(() => [])
    if (text === search()) found.value = new Set(runIds)
  }

  watch(search, (text) => {
    clearTimeout(timer)
    found.value = new Set()
    if (text.trim() !== '') timer = setTimeout(() => void ask(text), restMs)
  })
  onScopeDispose(() => {
    clearTimeout(timer)
  })
  return found
}
