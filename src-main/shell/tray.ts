import { Menu, Tray } from 'electron'
import type { Activity } from './activity'
import type { ShellText } from './text'
import { trayItems, trayLine, type TrayActions } from './tray-menu'

export interface ShownTray {
  readonly update: (activity: Activity, text: ShellText) => void
  /** Nothing can be chosen any more: the program saves and ends. */
  readonly end: (text: ShellText) => void
  readonly remove: () => void
}

/** Puts an icon into the panel, which stands for the window while there is none. */
export function showTray(icon: string, actions: TrayActions): ShownTray {
  const tray = new Tray(icon)
  // Where a click opens the menu (macOS, most of Linux) the menu opens the window.
  if (process.platform !== 'darwin') tray.on('click', actions.open)
  return {
    update: (activity, text) => {
      tray.setToolTip(trayLine(activity, text))
      tray.setContextMenu(Menu.buildFromTemplate(trayItems(activity, text, actions)))
    },
    end: (text) => {
      tray.setToolTip(text.tray.ending)
      tray.setContextMenu(Menu.buildFromTemplate([{ label: text.tray.ending, enabled: false }]))
    },
    remove: () => {
      tray.destroy()
    },
  }
}
