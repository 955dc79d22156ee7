import type { App } from 'electron'

/** The window stays on its page: no other address, no second window, no embedded one. */
export function denyNavigation(app: App, isOwn: (url: string) => boolean): void {
  app.on('web-contents-created', (_created, contents) => {
    const stay = (event: { preventDefault: () => void; url?: string }, older?: string): void => {
      // Electron before 25 hands the address over as an argument of its own.
      const url = event.url ?? older ?? ''
      // The page may load itself again (the dev server does after a change).
      if (!isOwn(url)) event.preventDefault()
    }
    contents.on('will-navigate', stay)
    contents.on('will-redirect', stay)
    contents.on('will-attach-webview', (event) => {
      event.preventDefault()
    })
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
}
