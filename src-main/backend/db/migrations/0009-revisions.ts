import type { Migration } from './migration'

const bump = (topic: string): string => `UPDATE revisions SET last = last + 1 WHERE topic = '${topic}';`

/** Whoever writes, and whatever is written later: the database itself counts. */
const counted = (topic: string): string =>
  ['INSERT', 'UPDATE', 'DELETE']
    .map(
      (change) =>
        `CREATE TRIGGER ${topic}_${change.toLowerCase()} AFTER ${change} ON ${topic} BEGIN ${bump(topic)} END;`,
    )
    .join('\n')

const stamp = `${bump('runs')}
  UPDATE runs SET revision = (SELECT last FROM revisions WHERE topic = 'runs') WHERE run_id = NEW.run_id;`

/**
 * Each list has a number that rises with every change of it, in this process or another; a run holds the number of its own
 * last change, so that only what changed is read and sent. `purged` is the highest number of a run whose row is gone:
 * whoever has seen less must fetch the whole list. A migration that makes one of these tables anew makes its triggers anew.
 */
export const revisions: Migration = {
  version: 9,
  sql: `
CREATE TABLE revisions (
  topic TEXT NOT NULL PRIMARY KEY,
  last INTEGER NOT NULL,
  purged INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO revisions (topic, last) VALUES ('runs', 1), ('corpora', 1), ('conversations', 1), ('settings', 1);
ALTER TABLE runs ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
CREATE INDEX runs_revision ON runs (revision);
CREATE TRIGGER runs_insert AFTER INSERT ON runs BEGIN
  ${stamp}
END;
CREATE TRIGGER runs_update AFTER UPDATE ON runs WHEN NEW.revision = OLD.revision BEGIN
  ${stamp}
END;
CREATE TRIGGER runs_delete AFTER DELETE ON runs BEGIN
  UPDATE revisions SET purged = max(purged, OLD.revision) WHERE topic = 'runs';
END;
CREATE TRIGGER checkpoints_insert AFTER INSERT ON checkpoints BEGIN
  UPDATE runs SET run_id = run_id WHERE run_id = NEW.run_id;
END;
CREATE TRIGGER checkpoints_delete AFTER DELETE ON checkpoints BEGIN
  UPDATE runs SET run_id = run_id WHERE run_id = OLD.run_id;
END;
${['corpora', 'conversations', 'settings'].map(counted).join('\n')}
`,
}
