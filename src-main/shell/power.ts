import { powerSaveBlocker, type BrowserWindow } from 'electron'
import type { Activity } from './activity'

/** Keeps the computer awake while something trains, and shows how far it is on the taskbar. */
export function showActivity(): (activity: Activity, window: BrowserWindow | null) => void {
  let blocker: number | null = null
  return ({ isTraining, progress }, window) => {
    if (isTraining && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension')
    if (!isTraining && blocker !== null) {
      powerSaveBlocker.stop(blocker)
      blocker = null
    }
    if (window !== null && !window.isDestroyed()) window.setProgressBar(progress ?? -1)
  }
}
