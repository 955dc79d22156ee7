import { powerSaveBlocker, type BrowserWindow } from 'electron'
import { isTraining, progressOf, type Activity } from './activity'

/** Keeps the computer awake while something trains, and shows how far it is on the taskbar. */
export function showActivity(): (activity: Activity, window: BrowserWindow | null) => void {
  let blocker: number | null = null
  return (activity, window) => {
    const isBusy = isTraining(activity)
    if (isBusy && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension')
    if (!isBusy && blocker !== null) {
      powerSaveBlocker.stop(blocker)
      blocker = null
    }
    if (window !== null && !window.isDestroyed()) window.setProgressBar(progressOf(activity) ?? -1)
  }
}
