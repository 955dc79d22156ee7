import type { Session } from 'electron'

/** The one thing a page may do unasked: the Copy buttons. Reading the clipboard is not among it. */
const granted: ReadonlySet<string> = new Set(['clipboard-sanitized-write'])

/**
 * Refuses cameras, microphones, devices, notifications and all else, and every address but the page's own:
 * what a person trains on stays on the machine even if a dependency tries to call home.
 * @param isOwn whether an address belongs to the page
 */
export function denyEverything(session: Session, isOwn: (url: string) => boolean): void {
  session.setPermissionRequestHandler((_contents, permission, answer, details) => {
    answer(granted.has(permission) && isOwn(details.requestingUrl))
  })
  session.setPermissionCheckHandler((_contents, permission, origin) => granted.has(permission) && isOwn(origin))
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest(({ url }, answer) => {
    answer({ cancel: !isOwn(url) && !/^(devtools|blob|data):/.test(url) })
  })
  session.on('will-download', (event) => {
    event.preventDefault()
  })
  session.setSpellCheckerEnabled(false)
}
