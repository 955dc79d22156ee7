import type {
  CheckpointKind,
  EngineId,
  Precision,
  RunConfig,
  RunState,
  Tier,
} from '../../../src-preload/contract/records'

/** Tables as SQLite has them (migrations/). Columns with JSON in them end in `_json`; times are ms since 1970. */
export interface CorporaTable {
  corpus_id: string
  name: string
  state: 'importing' | 'ready' | 'failed' | 'cancelled'
  created_at: number
  documents_json: string
  document_count: number
  counts_json: string | null
  error_json: string | null
  /** sha256 of the imported file's bytes; null when several files were imported or nobody asked for it. */
  source_hash: string | null
  owner_pid: number | null
  owner_token: string | null
  deleted_at: number | null
}

export interface TokenizersTable {
  corpus_id: string
  kind: 'bpe' | 'char'
  /** As asked for; what came out is in facts_json. 0 for characters. */
  vocab_size: number
  hash: string
  facts_json: string
  created_at: number
}

export interface RunsTable {
  run_id: string
  name: string
  state: RunState
  model: RunConfig['model']
  corpus_id: string
  corpus_name: string
  config_json: string
  vocab_size: number
  train_tokens: number
  parameter_count: number
  step: number
  max_steps: number
  best_val_loss_nats: number | null
  train_loss_nats: number | null
  tokens_per_second: number | null
  engine: EngineId | null
  engine_version: string | null
  created_at: number
  started_at: number | null
  ended_at: number | null
  trained_ms: number
  notes: string
  error_json: string | null
  /** Highest sequence number given to an event of this run. */
  seq: number
  /** The process that trains this run, with a token that tells it from a later process of the same number. */
  owner_pid: number | null
  owner_token: string | null
  job_pid: number | null
  job_token: string | null
  /** What another process asks the owner to do with this run. */
  wanted: 'paused' | 'stopped' | null
  deleted_at: number | null
}

export interface StepsTable {
  run_id: string
  seq: number
  step: number
  tokens: number
  elapsed_ms: number
  loss_nats: number
  grad_norm: number
  learning_rate: number
  tokens_per_second: number
  memory_bytes: number
}

export interface EvalsTable {
  run_id: string
  seq: number
  step: number
  tokens: number
  elapsed_ms: number
  val_loss_nats: number
  perplexity: number
  bits_per_byte: number
  accuracy: number
}

export interface CheckpointsTable {
  run_id: string
  kind: CheckpointKind
  step: number
  val_loss_nats: number | null
  saved_at: number
  size_bytes: number
}

export interface SamplesTable {
  run_id: string
  seq: number
  step: number
  prompt: string
  text: string
  at: number
}

export interface TiersTable {
  run_id: string
  step: number
  tier: Tier
  precision: Precision
  /** StepTiming[] */
  timings_json: string
}

export interface RollbacksTable {
  run_id: string
  position: number
  step: number
  to_step: number
  learning_rate_factor: number
  accumulation: number | null
}

export interface ConversationsTable {
  conversation_id: string
  title: string
  run_id: string | null
  created_at: number
  updated_at: number
  deleted_at: number | null
}

export interface MessagesTable {
  message_id: string
  conversation_id: string
  position: number
  role: 'person' | 'model'
  text: string
  at: number
  run_id: string | null
  checkpoint: CheckpointKind | null
  step: number | null
  seed: number | null
  tokens: number | null
  tokens_per_second: number | null
  end_reason: 'length' | 'stop' | 'endOfText' | 'cancelled' | 'failed' | null
}

export interface SettingsTable {
  key: string
  value_json: string
}

export interface Schema {
  corpora: CorporaTable
  tokenizers: TokenizersTable
  runs: RunsTable
  steps: StepsTable
  evals: EvalsTable
  checkpoints: CheckpointsTable
  samples: SamplesTable
  tiers: TiersTable
  rollbacks: RollbacksTable
  conversations: ConversationsTable
  messages: MessagesTable
  settings: SettingsTable
}
