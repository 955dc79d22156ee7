import type { Migration } from './migration'

/** A run records where memory ran out and in how many parts its steps were computed from then on. */
export const outOfMemory: Migration = {
  version: 6,
  sql: `
ALTER TABLE rollbacks ADD COLUMN accumulation INTEGER;
`,
}
