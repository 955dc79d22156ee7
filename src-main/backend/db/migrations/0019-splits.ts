import type { Migration } from './migration'

/** What validates is drawn over the whole text from now on; runs that are there keep its last tenth. */
export const splits: Migration = {
  version: 19,
  sql: "ALTER TABLE runs ADD COLUMN split TEXT NOT NULL DEFAULT 'lastTenth';",
}
