import type { Migration } from './migration'

/**
 * A passage knows the one before it, so that several may follow the same one: the versions of an answer, of which one is
 * chosen, each with what was written after it. What is there already is one line. A passage keeps the name of a model that
 * is deleted for good.
 */
export const versions: Migration = {
  version: 14,
  sql: `
ALTER TABLE messages ADD COLUMN parent_id TEXT REFERENCES messages ON DELETE CASCADE;
ALTER TABLE messages ADD COLUMN run_name TEXT;
ALTER TABLE messages ADD COLUMN chosen INTEGER NOT NULL DEFAULT 1;
UPDATE messages SET parent_id = (
  SELECT m.message_id FROM messages AS m
  WHERE m.conversation_id = messages.conversation_id AND m.position < messages.position
  ORDER BY m.position DESC LIMIT 1
);
CREATE INDEX messages_parent ON messages (parent_id);
`,
}
