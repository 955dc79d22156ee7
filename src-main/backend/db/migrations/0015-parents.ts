import type { Migration } from './migration'

/** A run may begin with the weights of another one: RunParent. */
export const parents: Migration = {
  version: 15,
  sql: `
ALTER TABLE runs ADD COLUMN parent_json TEXT;
`,
}
