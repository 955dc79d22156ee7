import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'

/**
 * A value that follows another one `pauseMs` later at most: for what is dear to derive from something that changes often.
 * @param atOnce when this changes, the value follows without a pause
 */
export function usePaced<T>(
  source: () => T,
  pauseMs: () => number,
  atOnce: () => unknown = () => null,
): Readonly<ShallowRef<T>> {
  const shown = shallowRef(source())
  let timer: ReturnType<typeof setTimeout> | undefined
  watch([source, atOnce] as const, ([, now], [, before]) => {
    if (now !== before) shown.value = source()
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
