import { onScopeDispose, readonly, ref, type Ref } from 'vue'

/** The time in milliseconds since 1970, for sentences like “2 minutes ago”. */
export function useNow(everyMs = 5000): Readonly<Ref<number>> {
  const now = ref(Date.now())
  const timer = setInterval(() => {
    now.value = Date.now()
  }, everyMs)
  onScopeDispose(() => {
    clearInterval(timer)
  })
  return readonly(now)
}
