import type { App } from 'electron'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pageUrl } from './protocol'

/** Where everything is that the shell starts or shows. */
export interface Places {
  /** Address of the page. */
  readonly url: string
  readonly page: string
  readonly preload: string
  readonly backend: string
  readonly node: string
  readonly icon: string
  /** For the panel, light or dark. */
  readonly trayIcon: string
  /** What the shell keeps of the window. */
  readonly memory: string
}

/**
 * Gives Chromium's files a folder of their own, inside the profile when one is named: the backend sweeps what it does
 * not know in the profile folder itself. Must run before the single-instance lock, which lives there too.
 *
 * @throws what the system says of a folder that can't be made
 */
export function chooseUserData(app: App): void {
  // Empty means none (src-main/backend/places.ts).
  const profile = process.env['HOMEGROWN_PROFILE'] || null
  const folder = join(profile === null ? app.getPath('userData') : resolve(profile), 'window')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  app.setPath('userData', folder)
}

export function findPlaces(app: App): Places {
  const root = app.getAppPath()
  const development = app.isPackaged ? {} : process.env
  const binary = process.platform === 'win32' ? 'node.exe' : 'node'
  return {
    // The dev server of `npm run dev` (electron-vite sets it).
    url: development['ELECTRON_RENDERER_URL'] ?? pageUrl,
    page: join(root, 'out/renderer'),
    preload: join(root, 'out/preload/preload.cjs'),
    backend: join(root, 'out/main/backend.cjs'),
    // A packaged app carries its Node; in development the scripts name the one that they run on.
    node: app.isPackaged ? join(process.resourcesPath, 'node', binary) : (development['HOMEGROWN_NODE'] ?? 'node'),
    icon: join(root, 'resources/icons/homegrown.png'),
    // macOS tints a template itself.
    trayIcon: join(root, 'resources/icons', process.platform === 'darwin' ? 'trayTemplate.png' : 'tray.png'),
    memory: join(app.getPath('userData'), 'window.json'),
  }
}
