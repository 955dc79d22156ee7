import type { Migration } from './migration'

/** A table without its CHECKs: made anew, filled, put in place of the old one. Each column stands once. */
function rebuilt(table: string, columns: Readonly<Record<string, string>>, rest: string): string {
  const names = Object.keys(columns).join(', ')
  const definitions = Object.entries(columns).map(([name, type]) => `${name} ${type}`)
  return `
CREATE TABLE new_${table} (${definitions.join(', ')}${rest};
INSERT INTO new_${table} (${names}) SELECT ${names} FROM ${table};
DROP TABLE ${table};
ALTER TABLE new_${table} RENAME TO ${table};`
}

const corpora = rebuilt(
  'corpora',
  {
    corpus_id: 'TEXT NOT NULL PRIMARY KEY',
    name: 'TEXT NOT NULL',
    state: 'TEXT NOT NULL',
    created_at: 'INTEGER NOT NULL',
    documents_json: "TEXT NOT NULL DEFAULT '[]'",
    document_count: 'INTEGER NOT NULL DEFAULT 0',
    counts_json: 'TEXT',
    error_json: 'TEXT',
    source_hash: 'TEXT',
    owner_pid: 'INTEGER',
    owner_token: 'TEXT',
    deleted_at: 'INTEGER',
  },
  ') STRICT',
)

const tokenizers = rebuilt(
  'tokenizers',
  {
    corpus_id: 'TEXT NOT NULL REFERENCES corpora ON DELETE CASCADE',
    kind: 'TEXT NOT NULL',
    vocab_size: 'INTEGER NOT NULL',
    hash: 'TEXT NOT NULL',
    facts_json: 'TEXT NOT NULL',
    created_at: 'INTEGER NOT NULL',
  },
  ', PRIMARY KEY (corpus_id, kind, vocab_size)) STRICT, WITHOUT ROWID',
)

const runs = rebuilt(
  'runs',
  {
    run_id: 'TEXT NOT NULL PRIMARY KEY',
    name: 'TEXT NOT NULL',
    state: 'TEXT NOT NULL',
    model: 'TEXT NOT NULL',
    corpus_id: 'TEXT NOT NULL',
    corpus_name: 'TEXT NOT NULL',
    config_json: 'TEXT NOT NULL',
    vocab_size: 'INTEGER NOT NULL',
    train_tokens: 'INTEGER NOT NULL',
    parameter_count: 'INTEGER NOT NULL',
    step: 'INTEGER NOT NULL DEFAULT 0',
    max_steps: 'INTEGER NOT NULL',
    best_val_loss_nats: 'REAL',
    train_loss_nats: 'REAL',
    tokens_per_second: 'REAL',
    engine: 'TEXT',
    engine_version: 'TEXT',
    created_at: 'INTEGER NOT NULL',
    started_at: 'INTEGER',
    ended_at: 'INTEGER',
    trained_ms: 'REAL NOT NULL DEFAULT 0',
    notes: "TEXT NOT NULL DEFAULT ''",
    error_json: 'TEXT',
    seq: 'INTEGER NOT NULL DEFAULT 0',
    owner_pid: 'INTEGER',
    owner_token: 'TEXT',
    job_pid: 'INTEGER',
    job_token: 'TEXT',
    wanted: 'TEXT',
    deleted_at: 'INTEGER',
  },
  ') STRICT',
)

const checkpoints = rebuilt(
  'checkpoints',
  {
    run_id: 'TEXT NOT NULL REFERENCES runs ON DELETE CASCADE',
    kind: 'TEXT NOT NULL',
    step: 'INTEGER NOT NULL',
    val_loss_nats: 'REAL',
    saved_at: 'INTEGER NOT NULL',
    size_bytes: 'INTEGER NOT NULL',
  },
  ', PRIMARY KEY (run_id, kind)) STRICT, WITHOUT ROWID',
)

const tiers = rebuilt(
  'tiers',
  {
    run_id: 'TEXT NOT NULL REFERENCES runs ON DELETE CASCADE',
    step: 'INTEGER NOT NULL',
    tier: 'TEXT NOT NULL',
    precision: "TEXT NOT NULL DEFAULT 'float32'",
    timings_json: "TEXT NOT NULL DEFAULT '[]'",
  },
  ', PRIMARY KEY (run_id, step)) STRICT, WITHOUT ROWID',
)

const messages = rebuilt(
  'messages',
  {
    message_id: 'TEXT NOT NULL PRIMARY KEY',
    conversation_id: 'TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE',
    position: 'INTEGER NOT NULL',
    role: 'TEXT NOT NULL',
    text: 'TEXT NOT NULL',
    at: 'INTEGER NOT NULL',
    run_id: 'TEXT',
    checkpoint: 'TEXT',
    step: 'INTEGER',
    seed: 'INTEGER',
    tokens: 'INTEGER',
    tokens_per_second: 'REAL',
    end_reason: 'TEXT',
  },
  ', UNIQUE (conversation_id, position)) STRICT',
)

/**
 * Lists that grow with features (kinds of model, engines, states, reasons) leave the schema: SQLite cannot change a
 * CHECK, so each new value cost a migration. The contract's enumerations are checked where rows are written
 * (enumerations.ts).
 */
export const openLists: Migration = {
  version: 7,
  sql: `${corpora}
CREATE INDEX corpora_created ON corpora (created_at) WHERE deleted_at IS NULL;
CREATE INDEX corpora_source ON corpora (source_hash) WHERE source_hash IS NOT NULL;
${tokenizers}${runs}
CREATE INDEX runs_created ON runs (created_at) WHERE deleted_at IS NULL;
CREATE INDEX runs_state ON runs (state);
CREATE INDEX runs_corpus ON runs (corpus_id);
${checkpoints}${tiers}${messages}
`,
}
