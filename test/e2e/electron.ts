import { _electron, type ElectronApplication } from '@playwright/test'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { environment, root } from './root'

// Playwright finds Electron's program through the npm package, which looks here first. Given a path instead, it would
// attach to an app that has already begun.
export const electronFolder = (process.env['ELECTRON_OVERRIDE_DIST_PATH'] ??=
  process.env['HOMEGROWN_TEST_ELECTRON'] ?? join(homedir(), '.cache/homegrown/electron-22.3.25'))

/** The app in a real window (docs/adr/0003-real-electron-in-tests.md) on a profile of its own. */
export function launchWindow(profile: string, more: Record<string, string> = {}): Promise<ElectronApplication> {
  return _electron.launch({ args: [root], cwd: root, env: environment(profile, more) })
}
