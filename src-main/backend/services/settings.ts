import type { Settings } from '../../../src-preload/contract/records/settings'
import { readSettings, writeSettings } from '../db/settings'
import type { Context } from './context'

export type SettingsService = ReturnType<typeof createSettings>

export function createSettings(context: Context) {
  const set = (changes: Partial<Settings>): Settings => {
    writeSettings(context.db, changes)
    context.emit({ topic: 'changed', what: 'settings' })
    return readSettings(context.db)
  }
  return { get: () => readSettings(context.db), set }
}
