import { shallowRef, watch, type Ref } from 'vue'
import { request } from '../api'

/** Beginnings out of the text that the model learned from; none where nobody knows any. */
export function useStarters(runId: () => string | null): Readonly<Ref<readonly string[]>> {
  const starters = shallowRef<readonly string[]>([])
  watch(
    runId,
    async (now) => {
      starters.value = []
      if (now === null) return
      const found = await request('talk.starters', { runId: now }).catch(() => [])
      if (runId() === now) starters.value = found
    },
    { immediate: true },
  )
  return starters
}
