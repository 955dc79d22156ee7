import type { Migration } from './migration'

/** What an import left out, repaired or lost stays with the text until it is dealt with. */
export const leftOut: Migration = {
  version: 10,
  sql: `
ALTER TABLE corpora ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;
ALTER TABLE corpora ADD COLUMN repaired INTEGER NOT NULL DEFAULT 0;
ALTER TABLE corpora ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
ALTER TABLE corpora ADD COLUMN dismissed INTEGER NOT NULL DEFAULT 0;
UPDATE corpora SET left_out = (
  SELECT count(*) FROM json_each(corpora.documents_json) WHERE json_extract(value, '$.problem') IS NOT NULL
);
`,
}
