import { Menu, type MenuItemConstructorOptions } from 'electron'
import { railScreens } from '../../src-preload/contract/screens'
import type { ShellCommand } from '../../src-preload/contract/wire'
import type { ShellText } from './text'

type Item = MenuItemConstructorOptions

export interface MenuOptions {
  /** Sends a command to the page. */
  readonly run: (command: ShellCommand) => void
  /** Adds reload and developer tools. */
  readonly isDevelopment: boolean
  /** Quitting saves something: its label says so. */
  readonly saves: boolean
}

export function setMenu(text: ShellText, { run, isDevelopment, saves }: MenuOptions): void {
  const go = (label: string, accelerator: string, command: ShellCommand): Item => ({
    label,
    accelerator,
    click: () => {
      run(command)
    },
  })
  const separator: Item = { type: 'separator' }
  const isMac = process.platform === 'darwin'
  const settings = go(text.settings, 'CmdOrCtrl+,', 'go:settings')
  const quit: Item = { role: 'quit', label: saves ? text.saveAndQuit : text.quit }

  const template: Item[] = [
    ...(isMac ? [{ role: 'appMenu', submenu: [{ role: 'about' }, separator, settings, separator, quit] } as Item] : []),
    {
      label: text.file,
      submenu: [
        go(text.newRun, 'CmdOrCtrl+N', 'go:new'),
        separator,
        ...(isMac ? [{ role: 'close', label: text.close } as Item] : [settings, separator, quit]),
      ],
    },
    {
      label: text.edit,
      submenu: [
        { role: 'undo', label: text.undo },
        { role: 'redo', label: text.redo },
        separator,
        { role: 'cut', label: text.cut },
        { role: 'copy', label: text.copy },
        { role: 'paste', label: text.paste },
        { role: 'selectAll', label: text.selectAll },
      ],
    },
    {
      label: text.view,
      submenu: [
        ...railScreens.map((screen, index) => go(text.screens[screen], `CmdOrCtrl+${index + 1}`, `go:${screen}`)),
        separator,
        { role: 'resetZoom', label: text.resetZoom },
        { role: 'zoomIn', label: text.zoomIn },
        { role: 'zoomOut', label: text.zoomOut },
        { role: 'togglefullscreen', label: text.fullScreen },
        ...(isDevelopment
          ? ([
              separator,
              { role: 'reload', label: text.reload },
              { role: 'toggleDevTools', label: text.developerTools },
            ] as Item[])
          : []),
      ],
    },
    {
      role: 'window',
      label: text.window,
      submenu: [
        { role: 'minimize', label: text.minimize },
        { role: 'close', label: text.close },
      ],
    },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}
