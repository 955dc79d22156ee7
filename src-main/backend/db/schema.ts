import type { EvalRow, StepRow } from '../../../src-preload/contract/records/curves'
import type { Enumerations } from './enumerations'

type Listed<T extends keyof Enumerations> = Enumerations[T]

/**
 * Tables as SQLite has them (migrations/). Columns with JSON in them end in `_json`; times are ms since 1970. What a column
 * with a fixed list of values may hold stands in enumerations.ts.
 */
export interface CorporaTable extends Listed<'corpora'> {
  corpus_id: string
  name: string
  created_at: number
  documents_json: string
  document_count: number
  counts_json: string | null
  error_json: string | null
  /** sha256 of the imported file's bytes, of several files over their hashes; null for what earlier versions imported. */
  source_hash: string | null
  /** Of all imported files; null as above. */
  source_bytes: number | null
  owner_pid: number | null
  owner_token: string | null
  deleted_at: number | null
  /** Files that were left out, and sums over the documents. */
  left_out: number
  repaired: number
  lost: number
  dismissed: 0 | 1
}

export interface TokenizersTable extends Listed<'tokenizers'> {
  corpus_id: string
  /** As asked for; what came out is in facts_json. 0 for characters. */
  vocab_size: number
  hash: string
  facts_json: string
  created_at: number
}

export interface RunsTable extends Listed<'runs'> {
  run_id: string
  name: string
  corpus_id: string
  corpus_name: string
  /** The text's, so that a run knows the same text again; null where the text has none. */
  source_hash: string | null
  config_json: string
  vocab_size: number
  train_tokens: number
  parameter_count: number
  step: number
  max_steps: number
  best_val_loss_nats: number | null
  train_loss_nats: number | null
  tokens_per_second: number | null
  engine_version: string | null
  created_at: number
  started_at: number | null
  ended_at: number | null
  trained_ms: number
  /** When `trained_ms` was that, while it trains. */
  trained_at: number | null
  notes: string
  error_json: string | null
  /** ResumedFrom */
  resumed_json: string | null
  /** RunParent */
  parent_json: string | null
  /** Lower ones start first; kept where the program ended while the run waited. */
  queue_position: number | null
  /** Extension[]; null: none. */
  extensions_json: string | null
  /** TokenizedFacts.tokensHash of what it trains on; null before it has tokens, and in rows of earlier versions. */
  tokens_hash: string | null
  /** Highest sequence number given to an event of this run. */
  seq: number
  /** The process that trains this run, with a token that tells it from a later process of the same number. */
  owner_pid: number | null
  owner_token: string | null
  job_pid: number | null
  job_token: string | null
  /** When somebody, perhaps through another process, asked the owner to end this run. */
  wanted_at: number | null
  deleted_at: number | null
  /** Of the last change of this row or its checkpoints; set by a trigger. */
  revision: number
}

/** The columns of metrics have the contract's names, as SQL writes them: lossNats is loss_nats. */
type Column<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${Column<Rest>}`
  : ''
type Metrics<Row> = { run_id: string } & { [Name in keyof Row & string as Column<Name>]: Row[Name] }

export type StepsTable = Metrics<StepRow>
export type EvalsTable = Metrics<EvalRow>

export interface StepBucketsTable {
  run_id: string
  level: number
  last_seq: number
  min_loss_nats: number
  max_loss_nats: number
}

export interface CheckpointsTable extends Listed<'checkpoints'> {
  run_id: string
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

export interface TiersTable extends Listed<'tiers'> {
  run_id: string
  step: number
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
  /** Of the run that was deleted for good, and whose id is gone with it. */
  run_name: string | null
  created_at: number
  updated_at: number
  deleted_at: number | null
}

export interface MessagesTable extends Listed<'messages'> {
  message_id: string
  conversation_id: string
  /** In the order in which they were written. */
  position: number
  /** What it follows; null: it begins the page. */
  parent_id: string | null
  /** Grows with every choice: of those that follow the same one, the page shows the one with the highest. */
  chosen: number
  text: string
  at: number
  run_id: string | null
  /** Of the run that was deleted for good. */
  run_name: string | null
  step: number | null
  seed: number | null
  tokens: number | null
  tokens_per_second: number | null
}

export interface SettingsTable {
  key: string
  value_json: string
}

export interface RevisionsTable {
  topic: 'runs' | 'corpora' | 'conversations' | 'settings'
  last: number
  purged: number
}

export interface Schema {
  corpora: CorporaTable
  tokenizers: TokenizersTable
  runs: RunsTable
  steps: StepsTable
  step_buckets: StepBucketsTable
  evals: EvalsTable
  checkpoints: CheckpointsTable
  samples: SamplesTable
  tiers: TiersTable
  rollbacks: RollbacksTable
  conversations: ConversationsTable
  messages: MessagesTable
  settings: SettingsTable
  revisions: RevisionsTable
}
