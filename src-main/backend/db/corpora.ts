import { z } from 'zod'
import type { ErrorData } from '../../../src-preload/contract/errors'
import {
  corpusDocument,
  type CorpusCounts,
  type CorpusDocument,
  type CorpusRecord,
} from '../../../src-preload/contract/records/corpora'
import type { Db } from './connection'
import { checked } from './enumerations'
import { all, first, run, tables } from './query'
import type { CorporaTable } from './schema'

const recordColumns = [
  'corpus_id',
  'name',
  'state',
  'created_at',
  'document_count',
  'counts_json',
  'error_json',
  'left_out',
  'repaired',
  'lost',
  'dismissed',
] as const
type Row = Pick<CorporaTable, (typeof recordColumns)[number]>

const toRecord = (row: Row): CorpusRecord => ({
  corpusId: row.corpus_id,
  name: row.name,
  state: row.state,
  createdAt: row.created_at,
  documents: row.document_count,
  leftOut: row.left_out,
  repaired: row.repaired,
  lost: row.lost,
  dismissed: row.dismissed === 1,
  counts: row.counts_json === null ? null : (JSON.parse(row.counts_json) as CorpusCounts),
  error: row.error_json === null ? null : (JSON.parse(row.error_json) as ErrorData),
})

export function listCorpora(db: Db): CorpusRecord[] {
  const query = tables.selectFrom('corpora').select(recordColumns).where('deleted_at', 'is', null)
  return all(db, query.orderBy('created_at', 'desc')).map(toRecord)
}

/** Deleted ones only where asked for: restoring needs them. */
export function findCorpus(db: Db, corpusId: string, deleted = false): CorpusRecord | null {
  const query = tables.selectFrom('corpora').select(recordColumns).where('corpus_id', '=', corpusId)
  const row = first(db, query.where('deleted_at', deleted ? 'is not' : 'is', null))
  return row === undefined ? null : toRecord(row)
}

export function corpusDocuments(db: Db, corpusId: string): CorpusDocument[] {
  const row = first(db, tables.selectFrom('corpora').select('documents_json').where('corpus_id', '=', corpusId))
  // Rows of earlier versions lack what came later: the schema fills it in.
  return row === undefined ? [] : z.array(corpusDocument).parse(JSON.parse(row.documents_json))
}

/** What a text was made of. */
export function corpusSource(
  db: Db,
  corpusId: string,
): { readonly sourceHash: string | null; readonly sourceBytes: number | null } {
  const query = tables.selectFrom('corpora').select(['source_hash', 'source_bytes'])
  const row = first(db, query.where('corpus_id', '=', corpusId))
  return { sourceHash: row?.source_hash ?? null, sourceBytes: row?.source_bytes ?? null }
}

export interface StoredCorpus {
  readonly corpus: CorpusRecord
  readonly sourceHash: string | null
  readonly isDeleted: boolean
}

const stored = () =>
  tables
    .selectFrom('corpora')
    .select([...recordColumns, 'source_hash', 'deleted_at'])
    .orderBy('created_at', 'desc')

const toStored = (row: Row & Pick<CorporaTable, 'source_hash' | 'deleted_at'>): StoredCorpus => ({
  corpus: toRecord(row),
  sourceHash: row.source_hash,
  isDeleted: row.deleted_at !== null,
})

/** Texts made of that many bytes, the newest first, deleted ones too; an earlier version only noted the hash. */
export function corporaOfSize(db: Db, sourceBytes: number): StoredCorpus[] {
  const query = stored()
    .where('state', 'in', ['ready', 'importing'])
    .where((e) =>
      e.or([
        e('source_bytes', '=', sourceBytes),
        e.and([e('source_bytes', 'is', null), e('source_hash', 'is not', null)]),
      ]),
    )
  return all(db, query).map(toStored)
}

export type Likeness = 'own' | 'sameContent' | 'sameName'

/** Texts that a run could have been trained on, the likeliest first, deleted ones too. */
export function corporaForRun(db: Db, runId: string): { corpusId: string; likeness: Likeness }[] {
  const trained = tables.selectFrom('runs').select(['corpus_id', 'corpus_name', 'source_hash'])
  const run = first(db, trained.where('run_id', '=', runId))
  if (run === undefined) return []
  const likenessOf = ({ corpus, sourceHash }: StoredCorpus): Likeness | null => {
    if (corpus.corpusId === run.corpus_id) return 'own'
    if (sourceHash !== null && sourceHash === run.source_hash) return 'sameContent'
    return run.source_hash === null && corpus.name === run.corpus_name ? 'sameName' : null
  }
  const order: readonly (Likeness | null)[] = ['own', 'sameContent', 'sameName']
  const texts = all(db, stored().where('state', '=', 'ready')).map(toStored)
  return order.flatMap((likeness) =>
    texts.flatMap((one) =>
      likeness !== null && likenessOf(one) === likeness ? [{ corpusId: one.corpus.corpusId, likeness }] : [],
    ),
  )
}

export interface NewCorpus {
  readonly corpusId: string
  readonly name: string
  readonly createdAt: number
  readonly sourceBytes: number | null
  readonly owner: { readonly pid: number; readonly token: string }
}

export function insertCorpus(db: Db, corpus: NewCorpus): void {
  run(
    db,
    tables.insertInto('corpora').values({
      corpus_id: corpus.corpusId,
      name: corpus.name,
      state: 'importing',
      created_at: corpus.createdAt,
      documents_json: '[]',
      document_count: 0,
      counts_json: null,
      error_json: null,
      source_hash: null,
      source_bytes: corpus.sourceBytes,
      owner_pid: corpus.owner.pid,
      owner_token: corpus.owner.token,
      deleted_at: null,
      left_out: 0,
      repaired: 0,
      lost: 0,
      dismissed: 0,
    }),
  )
}

/** What reading found. The text is not ready before it is tokenized. */
export function setCorpusDocuments(db: Db, corpusId: string, documents: readonly CorpusDocument[]): void {
  const read = documents.filter(({ problem }) => problem === null)
  const sum = (key: 'repaired' | 'lost'): number => read.reduce((total, document) => total + document[key], 0)
  const changes = {
    documents_json: JSON.stringify(documents),
    document_count: read.length,
    left_out: documents.length - read.length,
    repaired: sum('repaired'),
    lost: sum('lost'),
  }
  run(db, tables.updateTable('corpora').set(changes).where('corpus_id', '=', corpusId))
}

export function setCorpusReady(db: Db, corpusId: string, counts: CorpusCounts): void {
  const changes = { state: 'ready' as const, counts_json: JSON.stringify(counts), owner_pid: null, owner_token: null }
  run(db, tables.updateTable('corpora').set(changes).where('corpus_id', '=', corpusId))
}

export function setCorpusEnded(db: Db, corpusId: string, state: 'failed' | 'cancelled', error: ErrorData | null): void {
  const error_json = error === null ? null : JSON.stringify(error)
  const changes = checked('corpora', { state, error_json, owner_pid: null, owner_token: null })
  run(db, tables.updateTable('corpora').set(changes).where('corpus_id', '=', corpusId))
}

export function dismissCorpus(db: Db, corpusId: string): void {
  run(db, tables.updateTable('corpora').set({ dismissed: 1 }).where('corpus_id', '=', corpusId))
}

export function renameCorpus(db: Db, corpusId: string, name: string): void {
  run(db, tables.updateTable('corpora').set({ name }).where('corpus_id', '=', corpusId))
}

export function setCorpusSource(db: Db, corpusId: string, sourceHash: string): void {
  run(db, tables.updateTable('corpora').set({ source_hash: sourceHash }).where('corpus_id', '=', corpusId))
}

export function setCorpusDeleted(db: Db, corpusId: string, deletedAt: number | null): void {
  run(db, tables.updateTable('corpora').set({ deleted_at: deletedAt }).where('corpus_id', '=', corpusId))
}

/** Imports in progress with the process that does them. */
export function importingCorpora(db: Db): Pick<CorporaTable, 'corpus_id' | 'owner_pid' | 'owner_token'>[] {
  const query = tables.selectFrom('corpora').select(['corpus_id', 'owner_pid', 'owner_token'])
  return all(db, query.where('state', '=', 'importing'))
}

export function removeCorpus(db: Db, corpusId: string): void {
  run(db, tables.deleteFrom('corpora').where('corpus_id', '=', corpusId))
}
