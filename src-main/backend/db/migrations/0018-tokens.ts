import type { Migration } from './migration'

/** A run knows the tokens again that it trains on, where they are made anew of its text. */
export const tokens: Migration = {
  version: 18,
  sql: 'ALTER TABLE runs ADD COLUMN tokens_hash TEXT;',
}
