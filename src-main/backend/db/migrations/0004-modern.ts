import type { Migration } from './migration'

/** A third kind of model. SQLite cannot change a CHECK, and it drops the column's together with the column. */
export const modern: Migration = {
  version: 4,
  sql: `
ALTER TABLE runs RENAME COLUMN model TO model_before;
ALTER TABLE runs ADD COLUMN model TEXT NOT NULL DEFAULT 'gpt' CHECK (model IN ('gpt', 'lstm', 'modern'));
UPDATE runs SET model = model_before;
ALTER TABLE runs DROP COLUMN model_before;
`,
}
