import { computed, onScopeDispose, ref, type ComputedRef } from 'vue'
import { useSettingsStore } from '../stores/settings'

const keepAfterMs = 600
/** What the slider shows before it is kept: shared by all charts, so that they move together. */
const draft = ref<number | null>(null)

/** How much curves are smoothed, 0 to 0.98: acts at once, kept in the settings when the slider rests. */
export function useSmoothing(): { readonly smoothing: ComputedRef<number>; readonly set: (value: number) => void } {
  const settings = useSettingsStore()
  let timer: ReturnType<typeof setTimeout> | undefined

  async function keep(): Promise<void> {
    const value = draft.value
    if (value === null) return
    // A preference that cannot be kept is not worth a message: it stays in force until the window closes.
    await settings.change({ smoothing: value }).catch(() => undefined)
  }
  onScopeDispose(() => {
    clearTimeout(timer)
    void keep()
  })

  return {
    smoothing: computed(() => draft.value ?? settings.settings.smoothing),
    set: (value) => {
      draft.value = value
      clearTimeout(timer)
      timer = setTimeout(() => void keep(), keepAfterMs)
    },
  }
}
