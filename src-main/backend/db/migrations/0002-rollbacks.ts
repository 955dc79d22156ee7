import type { Migration } from './migration'

/** A run records where it went off course and with what learning rate it went on. */
export const rollbacks: Migration = {
  version: 2,
  sql: `
CREATE TABLE rollbacks (
  run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
  position INTEGER NOT NULL,
  step INTEGER NOT NULL,
  to_step INTEGER NOT NULL,
  learning_rate_factor REAL NOT NULL,
  PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;
`,
}
