import type { Migration } from './migration'

/** A run records in which precision it computed, and the measurements that this was chosen by. */
export const stepPrecision: Migration = {
  version: 5,
  sql: `
ALTER TABLE tiers ADD COLUMN precision TEXT NOT NULL DEFAULT 'float32' CHECK (precision IN ('float32', 'bfloat16'));
ALTER TABLE tiers ADD COLUMN timings_json TEXT NOT NULL DEFAULT '[]';
`,
}
