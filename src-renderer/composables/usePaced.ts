import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'

/** A value that follows another one `pauseMs` later at most: for what is dear to derive from something that changes often. */
export function usePaced<T>(source: () => T, pauseMs: () => number): Readonly<ShallowRef<T>> {
  const shown = shallowRef(source())
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(source, () => {
    timer ??= setTimeout(() => {
      timer = undefined
      shown.value = source()
    }, pauseMs())
  })
  onScopeDispose(() => {
    clearTimeout(timer)
  })
  return shown
}
