import type { Migration } from './migration'

/** Two states of a kind may be saved: the step tells them apart. A run records where it went on from. */
export const earlierStates: Migration = {
  version: 12,
  sql: `
CREATE TABLE new_checkpoints (
  run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
  kind TEXT NOT NULL,
  step INTEGER NOT NULL,
  val_loss_nats REAL,
  saved_at INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  PRIMARY KEY (run_id, kind, step)
) STRICT, WITHOUT ROWID;
INSERT INTO new_checkpoints SELECT run_id, kind, step, val_loss_nats, saved_at, size_bytes FROM checkpoints;
DROP TABLE checkpoints;
ALTER TABLE new_checkpoints RENAME TO checkpoints;
CREATE TRIGGER checkpoints_insert AFTER INSERT ON checkpoints BEGIN
  UPDATE runs SET run_id = run_id WHERE run_id = NEW.run_id;
END;
CREATE TRIGGER checkpoints_delete AFTER DELETE ON checkpoints BEGIN
  UPDATE runs SET run_id = run_id WHERE run_id = OLD.run_id;
END;
ALTER TABLE runs ADD COLUMN resumed_json TEXT;
`,
}
