import type { Ref } from 'vue'
import { useRunStore } from '../stores/run'
import { usePaced } from './usePaced'

/** Pause between two drawings: the eye needs no more, and training needs the processor. */
const pauseMs = 200
/** Smoothing and bucketing look at every point: the pause grows with them, to a second at 80,000 points. */
const pointsPerMs = 100

/** Rises when the curves of the open run should be drawn anew: behind the store's version, and calmer. */
export function usePacedVersion(): Readonly<Ref<number>> {
  const store = useRunStore()
  return usePaced(
    () => store.version,
    () => pauseMs + store.curves.length / pointsPerMs,
    () => store.runId,
  )
}
