import { app, BrowserWindow, nativeTheme, screen } from 'electron'
import { crashRow } from './crashes'
import { onScreen, smallest, type Memory } from './memory'

/** The renderer's background (src-renderer/plugins/vuetify.ts), so that nothing flashes before its first paint. */
const background = { light: '#f5f6f2', dark: '#0f1311' } as const
/** A page that keeps crashing is not loaded for ever. */
const maxReloads = 3

export interface WindowOptions {
  readonly url: string
  readonly preload: string
  readonly icon: string
  readonly languages: readonly string[]
  readonly memory: Memory
  /** Without taking the focus from what a person does elsewhere. */
  readonly behind: boolean
  readonly onClose: (place: Pick<Memory, 'bounds' | 'maximized'>) => void
  /** Asked when the window is about to close. */
  readonly mayClose: (window: BrowserWindow) => boolean
}

/** The one window: sandboxed, isolated, shown when its page has painted. */
export function openWindow(options: WindowOptions): BrowserWindow {
  const { url, preload, icon, languages, memory, behind, onClose, mayClose } = options
  const areas = screen.getAllDisplays().map(({ workArea }) => workArea)
  const window = new BrowserWindow({
    width: 1280,
    height: 860,
    ...onScreen(memory.bounds, areas),
    minWidth: smallest.width,
    minHeight: smallest.height,
    show: false,
    title: 'Homegrown',
    icon,
    backgroundColor: nativeTheme.shouldUseDarkColors ? background.dark : background.light,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
      additionalArguments: [`--homegrown-languages=${languages.join(',')}`],
    },
  })
  if (memory.maximized) window.maximize()

  window.once('ready-to-show', () => {
    if (behind) window.showInactive()
    else window.show()
  })
  window.on('close', (event) => {
    onClose({ bounds: window.getNormalBounds(), maximized: window.isMaximized() })
    if (!mayClose(window)) event.preventDefault()
  })
  // Windows logs out or shuts down: what trains is saved, nothing is asked.
  window.on('session-end', () => {
    app.quit()
  })
  const row = crashRow()
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return
    if (row.crashed() > maxReloads) return
    row.started()
    window.reload()
  })
  void window.loadURL(url)
  return window
}
