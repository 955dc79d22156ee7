import type { MenuItemConstructorOptions } from 'electron'
import { writtenDuration } from '../../src-preload/contract/durations'
import type { ActiveRun, Activity } from './activity'
import { filled, type ShellText } from './text'

export interface TrayActions {
  readonly open: () => void
  readonly pause: (runId: string) => void
  readonly resume: (runId: string) => void
  readonly quit: () => void
}

/** One line on a run: “Tales — 43%, about 12 min left”. */
export function runLine({ name, isEnding, progress, leftMs }: ActiveRun, text: ShellText): string {
  const percent = new Intl.NumberFormat(text.locale, { style: 'percent' }).format(progress)
  if (isEnding) return filled(text.tray.saving, { name })
  if (leftMs === null) return filled(text.tray.progress, { name, percent })
  if (leftMs === 0) return filled(text.tray.progressLittleLeft, { name, percent })
  const time = writtenDuration(leftMs, (value, options) => new Intl.NumberFormat(text.locale, options).format(value))
  return filled(text.tray.progressLeft, { name, percent, time })
}

/** What the tray icon says when the pointer rests on it, and at the head of its menu. */
export function trayLine({ runs, paused }: Activity, text: ShellText): string {
  const [first] = runs
  if (first?.isRunning) return runLine(first, text)
  if (first) return filled(text.tray.queued, { name: first.name })
  return paused ? filled(text.tray.paused, { name: paused.name }) : text.tray.idle
}

/** The menu of the tray icon. */
export function trayItems(activity: Activity, text: ShellText, actions: TrayActions): MenuItemConstructorOptions[] {
  const { runs, paused } = activity
  const running = runs.find(({ isRunning, isEnding }) => isRunning && !isEnding)
  const waiting = runs.length - 1
  const pause = (runId: string) => ({
    label: text.tray.pause,
    click: () => {
      actions.pause(runId)
    },
  })
  const resume = (runId: string) => ({
    label: text.tray.resume,
    click: () => {
      actions.resume(runId)
    },
  })
  return [
    { label: trayLine(activity, text), enabled: false },
    ...(waiting > 0 ? [{ label: filled(text.tray.waiting, { n: waiting }), enabled: false }] : []),
    { type: 'separator' },
    { label: text.tray.open, click: actions.open },
    ...(running ? [pause(running.runId)] : []),
    ...(paused && runs.length === 0 ? [resume(paused.runId)] : []),
    { type: 'separator' },
    { label: runs.length > 0 ? text.saveAndQuit : text.quit, click: actions.quit },
  ]
}
