import { onScopeDispose } from 'vue'

/** Where the keyboard is, and what is left to go to when that place is taken away. */
interface Place {
  readonly element: HTMLElement
  /** The stops before it, in the order of the page. */
  readonly before: readonly HTMLElement[]
  /** The dialog, menu or message that it lies in. */
  readonly overlay: Element | null
  /** Where the keyboard was when it came into the overlay. */
  readonly opener: Place | null
}

/** What Tab reaches, and the heading of the screen, which a new screen begins with. */
const stops = '#page-title, a[href], button, input, select, textarea, [tabindex="0"]'

const allStops = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(stops)]

function isOpen(element: HTMLElement): boolean {
  const isReached = element.id === 'page-title' || element.tabIndex >= 0
  return element.isConnected && isReached && !element.matches(':disabled') && element.getClientRects().length > 0
}

/** @param last the place before this one */
function placeOf(element: HTMLElement, last: Place | null): Place {
  const overlay = element.closest('.v-overlay')
  return {
    element,
    before: allStops().filter((stop) => stop.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING),
    overlay,
    opener: overlay === null ? null : overlay === last?.overlay ? last.opener : last,
  }
}

/** What opened an overlay that has closed; else what stands now where the place was, or the nearest before that. */
function leftOf({ element, before, overlay, opener }: Place): HTMLElement | undefined {
  if (isOpen(element)) return element
  if (opener !== null && overlay?.isConnected !== true) return leftOf(opener)
  const kept = before.findLast(isOpen)
  const now = allStops()
  return now.slice(kept ? now.indexOf(kept) + 1 : 0).find(isOpen) ?? kept
}

/**
 * Gives the focus to the nearest place that is left when the element that had it is taken away or disabled: a button
 * that has done its work, the row of a deleted model, a dialog or message that closes. Without this the keyboard would
 * begin again at the top of the page.
 */
export function useKeptFocus(): void {
  let place: Place | null = null
  let isMarked = false

  function remember({ target }: FocusEvent): void {
    if (!(target instanceof HTMLElement)) return
    place = placeOf(target, place)
    isMarked = target.matches(':focus-visible')
  }

  const observer = new MutationObserver(() => {
    if (place === null || (place.element.isConnected && !place.element.matches(':disabled'))) return
    // A browser takes the focus from what is disabled only before it paints.
    const isLost = document.activeElement === document.body || document.activeElement === place.element
    const left = leftOf(place)
    place = null
    // A page pressed with the mouse does not jump.
    if (isLost) left?.focus({ preventScroll: !isMarked })
  })

  document.addEventListener('focusin', remember)
  observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ['disabled'] })
  onScopeDispose(() => {
    document.removeEventListener('focusin', remember)
    observer.disconnect()
  })
}
