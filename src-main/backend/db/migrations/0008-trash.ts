import type { Migration } from './migration'

/** The same text is known again by its content, also for a run that lost it; a conversation names a model that is gone. */
export const trash: Migration = {
  version: 8,
  sql: `
ALTER TABLE corpora ADD COLUMN source_bytes INTEGER;
ALTER TABLE runs ADD COLUMN source_hash TEXT;
UPDATE runs SET source_hash = (SELECT source_hash FROM corpora WHERE corpora.corpus_id = runs.corpus_id);
ALTER TABLE conversations ADD COLUMN run_name TEXT;
`,
}
