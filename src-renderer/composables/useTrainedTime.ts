import { computed, type ComputedRef } from 'vue'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import { useNow } from './useNow'

/** Training time up to this second: the record says when it was read, and from there on the clock runs by itself. */
export function useTrainedTime(run: () => RunRecord): ComputedRef<number> {
  const now = useNow(1000)
  return computed(() => {
    const { state, trainedMs, trainedAt } = run()
    return state === 'running' && trainedAt !== null ? trainedMs + Math.max(0, now.value - trainedAt) : trainedMs
  })
}
