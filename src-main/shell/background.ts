import { app, type BrowserWindow } from 'electron'
import type { Method } from '../../src-preload/contract/methods'
import type { Settings } from '../../src-preload/contract/records/settings'
import { noActivity, type Activity } from './activity'
import type { BackendProcess } from './backend-process'
import { atClose, inBackground, type ClosingAnswer } from './closing'
import { hasTray } from './panel'
import type { ShellText } from './text'
import { showTray, type ShownTray } from './tray'

/** A backend that doesn't answer must not keep a window open. */
const patienceMs = 2000

export interface BackgroundOptions {
  readonly icon: string
  readonly text: () => ShellText
  readonly request: BackendProcess['request']
  readonly ask: (window: BrowserWindow, about: { activity: Activity; hasTray: boolean }) => Promise<ClosingAnswer>
  /** Opens the window, at a run where one is named; `behind`: without taking the focus. */
  readonly openWindow: (place: { runId: string | null; behind: boolean }) => void
}

/** The program while no window is open but something trains: how it gets there, what it shows, how it ends. */
export interface Background {
  /** Whether the program stays when its window is gone. */
  readonly isOn: () => boolean
  readonly isQuitting: () => boolean
  /** Called where a window is about to close. @returns whether it may; else it is asked first, and closed later. */
  readonly mayClose: (window: BrowserWindow) => boolean
  readonly hear: (activity: Activity) => void
  /** A window is open again. */
  readonly leave: () => void
  /** The language changed. */
  readonly repaint: () => void
}

export function createBackground({ icon, text, request, ask, openWindow }: BackgroundOptions): Background {
  let activity = noActivity
  let isOn = false
  let isQuitting = false
  let isDeciding = false
  let tray: ShownTray | null = null
  let isTrayShown = false

  app.once('before-quit', () => {
    isQuitting = true
    tray?.end(text())
  })

  const runShown = (): string | null => activity.runs[0]?.runId ?? activity.paused?.runId ?? null
  const open = (): void => {
    openWindow({ runId: runShown(), behind: false })
  }
  const paint = (): void => {
    if (!isQuitting) tray?.update(activity, text())
  }

  function enter(window: BrowserWindow): void {
    isOn = true
    tray = showTray(icon, {
      open,
      pause: (runId) => void request('runs.pause', { runId }),
      resume: (runId) => void resume(runId),
      quit: () => {
        app.quit()
      },
    })
    paint()
    window.close()
  }

  /** What is in its way (memory, a missing text) can be dealt with only in the window. */
  async function resume(runId: string): Promise<void> {
    const answer = await request('runs.resume', { runId })
    if (!answer.ok) openWindow({ runId, behind: false })
  }

  /** null where nobody answers. */
  async function soon(method: Method): Promise<unknown> {
    const late = new Promise<null>((resolve) => setTimeout(resolve, patienceMs, null))
    const answer = await Promise.race([request(method, {}), late])
    return answer?.ok ? answer.output : null
  }

  async function decide(window: BrowserWindow): Promise<void> {
    const [own, settings, isTrayHere] = await Promise.all([
      soon('runs.own') as Promise<readonly string[] | null>,
      soon('settings.get') as Promise<Settings | null>,
      hasTray(process.platform, process.env),
    ])
    isTrayShown = isTrayHere
    // A backend that doesn't answer may train.
    const step = atClose({ trainsHere: own === null || own.length > 0, wish: settings?.closing ?? 'ask' })
    if (step !== 'ask') {
      if (step === 'keep') enter(window)
      else app.quit()
      return
    }
    const answer = await ask(window, { activity, hasTray: isTrayHere })
    if (answer.wish === null || window.isDestroyed()) return
    if (answer.remember) await request('settings.set', { closing: answer.wish })
    // It may have ended while the question stood there.
    if (answer.wish === 'save' || activity.runs.length === 0) app.quit()
    else enter(window)
  }

  return {
    isOn: () => isOn,
    isQuitting: () => isQuitting,
    mayClose: (window) => {
      if (isQuitting || isOn || activity.runs.length === 0) return true
      if (!isDeciding) {
        isDeciding = true
        void decide(window).finally(() => {
          isDeciding = false
        })
      }
      return false
    },
    hear: (now) => {
      const shown = runShown()
      activity = now
      paint()
      if (!isOn || isQuitting) return
      if (inBackground({ isActive: now.runs.length > 0, hasTray: isTrayShown }) === 'show')
        openWindow({ runId: shown, behind: true })
    },
    leave: () => {
      isOn = false
      tray?.remove()
      tray = null
    },
    repaint: paint,
  }
}
