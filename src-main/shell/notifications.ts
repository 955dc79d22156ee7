import { Notification, type BrowserWindow } from 'electron'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import type { RunEnd } from '../../src-preload/contract/run-ends'
import type { ShellCommand } from '../../src-preload/contract/wire'
import { filled, type ShellText } from './text'

export interface NotifierOptions {
  readonly text: () => ShellText
  /** The person's setting. */
  readonly isWanted: () => boolean
  readonly window: () => BrowserWindow | null
  readonly tellPage: (command: ShellCommand) => void
  readonly open: (runId: string) => void
}

/**
 * Tells how a training has ended: through the system where another window is in front, else by a notice in the page. Where
 * the system shows none (no notification service; macOS refuses those of programs that aren't signed) the page
 * tells it when somebody looks, and the taskbar asks for that.
 */
export function createNotifier(options: NotifierOptions): (run: RunRecord, end: RunEnd) => void {
  const { text, isWanted, window, tellPage, open } = options
  /** Until they are clicked or closed: collected as garbage, they would hear no click. */
  const shown = new Set<Notification>()

  return ({ runId, name }, end) => {
    const inPage = (): void => {
      const current = window()
      if (current === null || current.isFocused()) {
        tellPage(`ended:${end}:${runId}`)
        return
      }
      current.flashFrame(true)
      // A notice that nobody sees would be gone when somebody comes.
      current.once('focus', () => {
        current.flashFrame(false)
        tellPage(`ended:${end}:${runId}`)
      })
    }
    if (window()?.isFocused() || !isWanted() || !Notification.isSupported()) {
      inPage()
      return
    }
    const { ended } = text()
    const notification = new Notification({
      title: end === 'done' ? ended.title : ended.titleTrouble,
      body: filled(ended[end], { name }),
      // Whoever comes back in the morning should still find it.
      timeoutType: 'never',
    })
    shown.add(notification)
    notification.on('click', () => {
      shown.delete(notification)
      open(runId)
    })
    notification.on('close', () => {
      shown.delete(notification)
    })
    notification.on('failed', () => {
      shown.delete(notification)
      inPage()
    })
    notification.show()
  }
}
