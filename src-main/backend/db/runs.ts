import type { ErrorData } from '../../../src-preload/contract/errors'
import { withDefaults } from '../../../src-preload/contract/limits'
import type { TextSplit } from '../../../src-preload/contract/records/corpora'
import type { CheckpointRecord, ResumedFrom } from '../../../src-preload/contract/records/checkpoints'
import type { RunParent } from '../../../src-preload/contract/records/origin'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type {
  Extension,
  RunListChanges,
  RunRecord,
  RunState,
  RunWish,
} from '../../../src-preload/contract/records/runs'
import { allCheckpoints, checkpointsOf } from './checkpoints'
import { snapshot, transaction, type Db } from './connection'
import { checked } from './enumerations'
import { all, first, run, tables } from './query'
import type { RunsTable } from './schema'

/** What the record is made of: no settings and no notes, which may be long. */
const recordColumns = [
  ...(['run_id', 'name', 'state', 'wanted', 'wanted_at', 'model', 'corpus_id', 'corpus_name'] as const),
  ...(['parameter_count', 'step', 'max_steps', 'best_val_loss_nats', 'train_loss_nats', 'tokens_per_second'] as const),
  ...(['engine', 'created_at', 'started_at', 'ended_at', 'trained_ms', 'trained_at', 'error_json', 'seq'] as const),
  ...(['resumed_json', 'parent_json', 'extensions_json'] as const),
] as const
type RecordRow = Pick<RunsTable, (typeof recordColumns)[number]> & { readonly has_notes: number }

const records = () =>
  tables
    .selectFrom('runs')
    .select(recordColumns)
    .select((e) => e('notes', '!=', '').$castTo<number>().as('has_notes'))

const toExtensions = (json: string | null): Extension[] => (json === null ? [] : (JSON.parse(json) as Extension[]))

const toRecord = (row: RecordRow, checkpoints: CheckpointRecord[]): RunRecord => ({
  runId: row.run_id,
  name: row.name,
  state: row.state,
  wish: toWish(row),
  model: row.model,
  corpusId: row.corpus_id,
  corpus: row.corpus_name,
  parameterCount: row.parameter_count,
  step: row.step,
  maxSteps: row.max_steps,
  extensions: toExtensions(row.extensions_json),
  bestValLossNats: row.best_val_loss_nats,
  trainLossNats: row.train_loss_nats,
  tokensPerSecond: row.tokens_per_second,
  engine: row.engine,
  createdAt: row.created_at,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  trainedMs: row.trained_ms,
  trainedAt: row.trained_at,
  checkpoints,
  resumedFrom: row.resumed_json === null ? null : (JSON.parse(row.resumed_json) as ResumedFrom),
  parent: row.parent_json === null ? null : (JSON.parse(row.parent_json) as RunParent),
  hasNotes: row.has_notes !== 0,
  error: row.error_json === null ? null : (JSON.parse(row.error_json) as ErrorData),
  seq: row.seq,
})

/** What the row says beyond the record that screens see. */
export interface RunFacts {
  readonly config: RunConfig
  readonly extensions: readonly Extension[]
  readonly vocabSize: number
  readonly trainTokens: number
  /** By which its tokens are known; null: nobody noted it. */
  readonly tokensHash: string | null
  readonly split: TextSplit
  readonly seq: number
}

const withCheckpoints = (db: Db, rows: readonly RecordRow[]): RunRecord[] => {
  // Of a few runs their own, of many those of all at once.
  const of = rows.length > 20 ? allCheckpoints(db) : null
  return rows.map((row) => toRecord(row, of === null ? checkpointsOf(db, row.run_id) : (of.get(row.run_id) ?? [])))
}

export function listRuns(db: Db): RunRecord[] {
  const query = records().where('deleted_at', 'is', null)
  return withCheckpoints(db, all(db, query.orderBy('created_at', 'desc')))
}

/** What a list that was fetched at revision `since` lacks; everything where rows are gone that it may still have. */
export function runChangesSince(db: Db, since: number): RunListChanges {
  // Another process may write in between.
  return snapshot(db, () => {
    const { last, purged } = first(db, tables.selectFrom('revisions').selectAll().where('topic', '=', 'runs')) ?? {
      ...{ last: 0, purged: 0 },
    }
    if (since < purged || since > last || since === 0) return { revision: last, runs: listRuns(db), removed: null }
    const changed = records().select('deleted_at').where('revision', '>', since)
    const rows = all(db, changed)
    const [there, gone] = [rows.filter((row) => row.deleted_at === null), rows.filter((row) => row.deleted_at !== null)]
    return { revision: last, runs: withCheckpoints(db, there), removed: gone.map((row) => row.run_id) }
  })
}

/** For a search: what cannot be searched in the list itself. */
export function runsWithNotes(db: Db): { runId: string; text: string }[] {
  const query = tables.selectFrom('runs').select(['run_id', 'name', 'corpus_name', 'notes']).where('notes', '!=', '')
  return all(db, query.where('deleted_at', 'is', null)).map(({ run_id: runId, name, corpus_name, notes }) => ({
    runId,
    text: `${name}\n${corpus_name}\n${notes}`,
  }))
}

export function runNames(db: Db): Set<string> {
  const query = tables.selectFrom('runs').select('name').where('deleted_at', 'is', null)
  return new Set(all(db, query).map(({ name }) => name))
}

export function notesOf(db: Db, runId: string): string {
  return first(db, tables.selectFrom('runs').select('notes').where('run_id', '=', runId))?.notes ?? ''
}

/** @param deleted 'no': as if it were not there; 'only': for restoring; 'any': for a job that still ends. */
export function findRun(db: Db, runId: string, deleted: 'no' | 'only' | 'any' = 'no'): RunRecord | null {
  let query = records().where('run_id', '=', runId)
  if (deleted !== 'any') query = query.where('deleted_at', deleted === 'no' ? 'is' : 'is not', null)
  const [found] = withCheckpoints(db, all(db, query))
  return found ?? null
}

export function runFacts(db: Db, runId: string): RunFacts | null {
  const columns = [
    'config_json',
    'extensions_json',
    'vocab_size',
    'train_tokens',
    'tokens_hash',
    'split',
    'seq',
  ] as const
  const query = tables.selectFrom('runs').select(columns)
  const row = first(db, query.where('run_id', '=', runId))
  if (row === undefined) return null
  const { vocab_size: vocabSize, train_tokens: trainTokens, tokens_hash: tokensHash, split, seq } = row
  const config = withDefaults(JSON.parse(row.config_json) as Record<string, unknown>) as RunConfig
  return { config, extensions: toExtensions(row.extensions_json), vocabSize, trainTokens, tokensHash, split, seq }
}

/** Nobody has asked for an end. */
export const unasked = { wanted: null, wanted_at: null } as const

/** No process works on the run: its clock stands still, and nobody is waiting for one to hear a wish. */
export const unowned = {
  owner_pid: null,
  owner_token: null,
  job_pid: null,
  job_token: null,
  trained_at: null,
  ...unasked,
} as const

export interface NewRun {
  readonly runId: string
  readonly name: string
  readonly corpusId: string
  readonly corpus: string
  readonly config: RunConfig
  readonly vocabSize: number
  readonly trainTokens: number
  readonly split: TextSplit
  readonly parameterCount: number
  readonly createdAt: number
  readonly parent: RunParent | null
}

export function insertRun(db: Db, r: NewRun): void {
  const text = tables.selectFrom('corpora').select('source_hash').where('corpus_id', '=', r.corpusId)
  const row: RunsTable = {
    run_id: r.runId,
    name: r.name,
    state: 'queued',
    model: r.config.model,
    corpus_id: r.corpusId,
    corpus_name: r.corpus,
    source_hash: first(db, text)?.source_hash ?? null,
    config_json: JSON.stringify(r.config),
    vocab_size: r.vocabSize,
    train_tokens: r.trainTokens,
    parameter_count: r.parameterCount,
    step: 0,
    max_steps: r.config.maxSteps,
    best_val_loss_nats: null,
    train_loss_nats: null,
    tokens_per_second: null,
    engine: null,
    engine_version: null,
    created_at: r.createdAt,
    started_at: null,
    ended_at: null,
    trained_ms: 0,
    notes: '',
    error_json: null,
    resumed_json: null,
    parent_json: r.parent === null ? null : JSON.stringify(r.parent),
    queue_position: null,
    extensions_json: null,
    tokens_hash: null,
    split: r.split,
    seq: 0,
    ...unowned,
    deleted_at: null,
    // The database counts (migrations/0009-revisions.ts).
    revision: 0,
  }
  run(db, tables.insertInto('runs').values(checked('runs', row)))
}

export type RunChanges = Partial<Omit<RunsTable, 'run_id' | 'config_json' | 'created_at' | 'revision'>>

export function updateRun(db: Db, runId: string, changes: RunChanges): void {
  run(db, tables.updateTable('runs').set(checked('runs', changes)).where('run_id', '=', runId))
}

/** A run's settings stay as they began, but for what turned out not to fit into memory. */
export function storeConfig(db: Db, runId: string, config: RunConfig): void {
  const changes = { config_json: JSON.stringify(config) }
  run(db, tables.updateTable('runs').set(changes).where('run_id', '=', runId))
}

export type OwnedRun = Pick<
  RunsTable,
  'run_id' | 'state' | 'owner_pid' | 'owner_token' | 'job_pid' | 'job_token' | 'seq' | 'deleted_at'
>

/** Runs in one of these states with the processes behind them, deleted ones too. */
export function ownedRuns(db: Db, states: readonly RunState[]): OwnedRun[] {
  const columns = ['run_id', 'state', 'owner_pid', 'owner_token', 'job_pid', 'job_token', 'seq', 'deleted_at'] as const
  return all(db, tables.selectFrom('runs').select(columns).where('state', 'in', states))
}

export interface ChangedRun {
  readonly runId: string
  readonly seq: number
  readonly isOwn: boolean
}

/** Runs that are there and changed after this revision (revisions.ts), with who trains them. */
export function runsChangedSince(db: Db, revision: number, self: { pid: number; token: string }): ChangedRun[] {
  const columns = ['run_id', 'seq', 'owner_pid', 'owner_token'] as const
  const query = tables.selectFrom('runs').select(columns).where('revision', '>', revision)
  return all(db, query.where('deleted_at', 'is', null)).map(({ run_id: runId, seq, owner_pid, owner_token }) => ({
    runId,
    seq,
    isOwn: owner_pid === self.pid && owner_token === self.token,
  }))
}

/** Deleted ones too: they can be restored. */
export function runsOfCorpus(db: Db, corpusId: string): Pick<RunsTable, 'run_id' | 'state'>[] {
  const query = tables.selectFrom('runs').select(['run_id', 'state']).where('corpus_id', '=', corpusId)
  return all(db, query)
}

const toWish = (row: Pick<RunsTable, 'wanted' | 'wanted_at' | 'created_at'>): RunWish | null =>
  row.wanted === null ? null : { ending: row.wanted, at: row.wanted_at ?? row.created_at }

/** What somebody, perhaps through another process, asks of a run that this one trains. */
export function wishOf(db: Db, runId: string): RunWish | null {
  const query = tables.selectFrom('runs').select(['wanted', 'wanted_at', 'created_at']).where('run_id', '=', runId)
  const row = first(db, query)
  return row === undefined ? null : toWish(row)
}

export function ownerOf(db: Db, runId: string): Pick<RunsTable, 'owner_pid' | 'owner_token'> | null {
  const query = tables.selectFrom('runs').select(['owner_pid', 'owner_token']).where('run_id', '=', runId)
  return first(db, query) ?? null
}

/** Its metrics, samples and checkpoints go with it (ON DELETE CASCADE); its conversations and their passages keep its name. */
export function removeRun(db: Db, runId: string): void {
  transaction(db, () => {
    const name = tables.selectFrom('runs').select('name').where('run_id', '=', runId)
    run(db, tables.updateTable('conversations').set({ run_name: name }).where('run_id', '=', runId))
    run(db, tables.updateTable('messages').set({ run_name: name }).where('run_id', '=', runId))
    run(db, tables.deleteFrom('runs').where('run_id', '=', runId))
  })
}

/** The place that a run has, or had when the program ended. */
export function queuePosition(db: Db, runId: string): number | null {
  const query = tables.selectFrom('runs').select('queue_position').where('run_id', '=', runId)
  return first(db, query)?.queue_position ?? null
}

/** Behind every run that has a place. */
export function lastQueuePosition(db: Db): number {
  const query = tables.selectFrom('runs').select((e) => e.fn.max('queue_position').as('last'))
  return first(db, query)?.last ?? 0
}
