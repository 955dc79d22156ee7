import { onScopeDispose } from 'vue'

/**
 * Gives the focus to the heading of the screen when the element that had it is taken away: a button that has done its
 * work, the row of a deleted model, a message that closes. Without this the keyboard would begin again at the top.
 */
export function useKeptFocus(): void {
  let last: Element | null = null
  const remember = (event: FocusEvent): void => {
    last = event.target instanceof Element ? event.target : null
  }
  const observer = new MutationObserver(() => {
    if (last === null || last.isConnected) return
    last = null
    if (document.activeElement === document.body) document.getElementById('page-title')?.focus({ preventScroll: true })
  })
  document.addEventListener('focusin', remember)
  observer.observe(document.body, { childList: true, subtree: true })
  onScopeDispose(() => {
    document.removeEventListener('focusin', remember)
    observer.disconnect()
  })
}
