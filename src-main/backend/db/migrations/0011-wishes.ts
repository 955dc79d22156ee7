import type { Migration } from './migration'

/** A run records when somebody asked it to end, and when its training time was read: the clock goes on from there. */
export const wishes: Migration = {
  version: 11,
  sql: `
ALTER TABLE runs ADD COLUMN wanted_at INTEGER;
ALTER TABLE runs ADD COLUMN trained_at INTEGER;
`,
}
