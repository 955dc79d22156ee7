/**
 * Browser mode: the address carries the key once (`#token=HEX`); afterwards it lives in this tab only and not in the
 * address bar.
 */
const storageName = 'homegrown.token'

/** Takes the key out of the address. @returns the tab's key, empty without one */
export function takeKey(address = location.href): string {
  const given = /#token=([0-9a-f]+)/.exec(address)?.[1]
  if (given !== undefined) {
    sessionStorage.setItem(storageName, given)
    history.replaceState(null, '', `${location.pathname}${location.search}#/`)
  }
  return given ?? sessionStorage.getItem(storageName) ?? ''
}

/** Opening the same address with a key only changes the fragment: the browser loads nothing by itself. */
export function watchAddress(): void {
  window.addEventListener('hashchange', ({ newURL }) => {
    // The router may have led to a screen already.
    if (!newURL.includes('#token=')) return
    takeKey(newURL)
    location.reload()
  })
}

/** Where what a person pasted leads: a whole address, its end, or the key alone; null for anything else. */
export function addressIn(pasted: string, origin: string): string | null {
  const key = /(?<![0-9a-f])[0-9a-f]{48}(?![0-9a-f])/i.exec(pasted)?.[0].toLowerCase()
  if (key === undefined) return null
  // Another port is another Homegrown.
  const named = /http:\/\/127\.0\.0\.1:\d+/i.exec(pasted)?.[0]
  return `${named ?? origin}/#token=${key}`
}

/** @returns false when what was pasted holds no key */
export function openPasted(pasted: string): boolean {
  const address = addressIn(pasted, location.origin)
  if (address === null) return false
  location.href = address
  return true
}
