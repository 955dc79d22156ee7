import type { Migration } from './migration'

/** More engines. The list of a CHECK cannot be changed: the column moves into a new one. */
export const engines: Migration = {
  version: 3,
  sql: `
ALTER TABLE runs RENAME COLUMN engine TO old_engine;
ALTER TABLE runs ADD COLUMN engine TEXT CHECK (engine IN ('cuda', 'webgpu', 'tensorflow', 'wasm'));
UPDATE runs SET engine = old_engine;
ALTER TABLE runs DROP COLUMN old_engine;
`,
}
