import { BrowserWindow } from 'electron'
import type { Closing } from '../../src-preload/contract/wire'
import { fillIn, savingLines, savingPage, untilPressed } from './saving-page'
import type { ShellText } from './text'

/** Most trainings are saved before anybody wonders. */
const quietMs = 3000

export interface SavingWindowOptions {
  readonly icon: string
  readonly text: () => ShellText
  readonly now: () => number
  /** The person waits no longer. */
  readonly quitNow: () => void
}

/**
 * A small window while the program saves and ends: what is saved, how far it is, and the way to wait no longer. It stands until
 * the program is gone; whoever closes it hides it.
 *
 * @returns to be called with what is waited for, from the beginning on
 */
export function createSavingWindow({ icon, text, now, quitNow }: SavingWindowOptions): (closing: Closing) => void {
  let since: number | null = null
  let window: BrowserWindow | null = null

  const open = (): BrowserWindow => {
    const opened = new BrowserWindow({
      width: 440,
      height: 200,
      useContentSize: true,
      resizable: false,
      maximizable: false,
      fullscreenable: false,
      show: false,
      title: 'Homegrown',
      icon,
      webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, spellcheck: false },
    })
    opened.removeMenu()
    // Not in front of what the person does by now.
    opened.once('ready-to-show', () => {
      opened.showInactive()
    })
    opened.on('close', (event) => {
      event.preventDefault()
      opened.hide()
    })
    const page = `data:text/html;charset=utf-8,${encodeURIComponent(savingPage(text()))}`
    opened
      .loadURL(page)
      .then(() => opened.webContents.executeJavaScript(untilPressed))
      .then(quitNow, () => undefined)
    return opened
  }

  return (closing) => {
    since ??= now()
    const waitedMs = now() - since
    if (waitedMs < quietMs) return
    window ??= open()
    window.webContents.executeJavaScript(fillIn(savingLines(closing, waitedMs, text()))).catch(() => undefined)
  }
}
