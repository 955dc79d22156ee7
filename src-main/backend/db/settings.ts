import { defaultSettings, settings, type Settings } from '../../../src-preload/contract/records/settings'
import { transaction, type Db } from './connection'
import { all, run, tables } from './query'

/** What is stored, over the defaults; a value that this version does not understand counts as not stored. */
export function readSettings(db: Db): Settings {
  let result = defaultSettings
  for (const { key, value_json } of all(db, tables.selectFrom('settings').selectAll())) {
    const merged = settings.safeParse({ ...result, [key]: JSON.parse(value_json) as unknown })
    if (merged.success) result = merged.data
  }
  return result
}

export function writeSettings(db: Db, changes: Partial<Settings>): void {
  transaction(db, () => {
    for (const [key, value] of Object.entries(changes)) {
      const value_json = JSON.stringify(value)
      const query = tables.insertInto('settings').values({ key, value_json })
      run(
        db,
        query.onConflict((conflict) => conflict.column('key').doUpdateSet({ value_json })),
      )
    }
  })
}
