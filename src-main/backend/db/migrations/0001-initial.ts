import type { Migration } from './migration'

/** Metric tables are WITHOUT ROWID, keyed by (run_id, seq): a run's curve is one contiguous range of one B-tree. */
export const initial: Migration = {
  version: 1,
  sql: `
CREATE TABLE corpora (
  corpus_id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('importing', 'ready', 'failed', 'cancelled')),
  created_at INTEGER NOT NULL,
  documents_json TEXT NOT NULL DEFAULT '[]',
  document_count INTEGER NOT NULL DEFAULT 0,
  counts_json TEXT,
  error_json TEXT,
  source_hash TEXT,
  owner_pid INTEGER,
  owner_token TEXT,
  deleted_at INTEGER
) STRICT;
CREATE INDEX corpora_created ON corpora (created_at) WHERE deleted_at IS NULL;
CREATE INDEX corpora_source ON corpora (source_hash) WHERE source_hash IS NOT NULL;

CREATE TABLE tokenizers (
  corpus_id TEXT NOT NULL REFERENCES corpora ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('bpe', 'char')),
  vocab_size INTEGER NOT NULL,
  hash TEXT NOT NULL,
  facts_json TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (corpus_id, kind, vocab_size)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  run_id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'paused', 'interrupted', 'stopped', 'done', 'failed')),
  model TEXT NOT NULL CHECK (model IN ('gpt', 'lstm')),
  corpus_id TEXT NOT NULL,
  corpus_name TEXT NOT NULL,
  config_json TEXT NOT NULL,
  vocab_size INTEGER NOT NULL,
  train_tokens INTEGER NOT NULL,
  parameter_count INTEGER NOT NULL,
  step INTEGER NOT NULL DEFAULT 0,
  max_steps INTEGER NOT NULL,
  best_val_loss_nats REAL,
  train_loss_nats REAL,
  tokens_per_second REAL,
  engine TEXT CHECK (engine IN ('tensorflow', 'wasm')),
  engine_version TEXT,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  trained_ms REAL NOT NULL DEFAULT 0,
  notes TEXT NOT NULL DEFAULT '',
  error_json TEXT,
  seq INTEGER NOT NULL DEFAULT 0,
  owner_pid INTEGER,
  owner_token TEXT,
  job_pid INTEGER,
  job_token TEXT,
  wanted TEXT CHECK (wanted IN ('paused', 'stopped')),
  deleted_at INTEGER
) STRICT;
CREATE INDEX runs_created ON runs (created_at) WHERE deleted_at IS NULL;
CREATE INDEX runs_state ON runs (state);
CREATE INDEX runs_corpus ON runs (corpus_id);

CREATE TABLE steps (
  run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  step INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  elapsed_ms REAL NOT NULL,
  loss_nats REAL NOT NULL,
  grad_norm REAL NOT NULL,
  learning_rate REAL NOT NULL,
  tokens_per_second REAL NOT NULL,
  memory_bytes INTEGER NOT NULL,
  PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE evals (
  run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  step INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  elapsed_ms REAL NOT NULL,
  val_loss_nats REAL NOT NULL,
  perplexity REAL NOT NULL,
  bits_per_byte REAL NOT NULL,
  accuracy REAL NOT NULL,
  PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
  run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('best', 'last')),
  step INTEGER NOT NULL,
  val_loss_nats REAL,
  saved_at INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  PRIMARY KEY (run_id, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE samples (
  run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  step INTEGER NOT NULL,
  prompt TEXT NOT NULL,
  text TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE tiers (
  run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
  step INTEGER NOT NULL,
  tier TEXT NOT NULL CHECK (tier IN ('eager', 'graph', 'xla')),
  PRIMARY KEY (run_id, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE conversations (
  conversation_id TEXT NOT NULL PRIMARY KEY,
  title TEXT NOT NULL,
  run_id TEXT REFERENCES runs ON DELETE SET NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX conversations_updated ON conversations (updated_at) WHERE deleted_at IS NULL;
CREATE INDEX conversations_run ON conversations (run_id);

CREATE TABLE messages (
  message_id TEXT NOT NULL PRIMARY KEY,
  conversation_id TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,
  position INTEGER NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('person', 'model')),
  text TEXT NOT NULL,
  at INTEGER NOT NULL,
  run_id TEXT,
  checkpoint TEXT CHECK (checkpoint IN ('best', 'last')),
  step INTEGER,
  seed INTEGER,
  tokens INTEGER,
  tokens_per_second REAL,
  end_reason TEXT CHECK (end_reason IN ('length', 'stop', 'endOfText', 'cancelled', 'failed')),
  UNIQUE (conversation_id, position)
) STRICT;

CREATE TABLE settings (
  key TEXT NOT NULL PRIMARY KEY,
  value_json TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`,
}
