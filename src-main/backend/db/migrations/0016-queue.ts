import type { Migration } from './migration'

/** A run's place in the queue outlives the backend: runs that are resumed take it again. */
export const queue: Migration = {
  version: 16,
  sql: `
ALTER TABLE runs ADD COLUMN queue_position INTEGER;
`,
}
