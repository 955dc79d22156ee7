import { app, powerMonitor } from 'electron'

export interface Ending {
  /** Saves running trainings; resolves when nothing is left. */
  readonly close: () => Promise<void>
  /** Whether the program stays when its last window is gone. */
  readonly staysWithoutWindow: () => boolean
}

/** How the program ends: with its last window, by Quit, with the system. Each saves what trains; windows are gone at once. */
export function endInOrder({ close, staysWithoutWindow }: Ending): void {
  let startsAgain = false
  app.on('window-all-closed', () => {
    if (!staysWithoutWindow()) app.quit()
  })
  app.once('before-quit', () => {
    // Whoever starts it while it saves would find it gone a moment later.
    app.on('second-instance', () => {
      startsAgain = true
    })
  })
  let isEnding = false
  app.on('will-quit', (event) => {
    // Quit a second time, it still saves: the window that shows how far it is has a button for whoever waits no longer.
    event.preventDefault()
    if (isEnding) return
    isEnding = true
    void close().then(() => {
      if (startsAgain) app.relaunch()
      app.exit()
    })
  })
  void app.whenReady().then(() => {
    // Linux and macOS, where the system waits for a program that asks it to; Windows: shell/window.ts.
    powerMonitor.on('shutdown', (event?: { preventDefault: () => void }) => {
      event?.preventDefault()
      app.quit()
    })
  })
}
