import type { Migration } from './migration'

/** A run that was over may be given more steps: from which step to which a new schedule goes. */
export const extensions: Migration = {
  version: 17,
  sql: 'ALTER TABLE runs ADD COLUMN extensions_json TEXT;',
}
