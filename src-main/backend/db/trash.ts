import type { TrashItem } from '../../../src-preload/contract/records/trash'
import { isActive } from '../../../src-preload/contract/run-state'
import type { Db } from './connection'
import { all, tables } from './query'

/** What is deleted and still there, the newest first. */
export interface TrashRow extends Pick<TrashItem, 'kind' | 'id' | 'name' | 'deletedAt'> {
  /** Of the rows that hold text; files are counted where they lie. */
  readonly textBytes: number
  /** A run that a process still ends. */
  readonly isActive: boolean
}

export function trashRows(db: Db): TrashRow[] {
  const corpora = tables
    .selectFrom('corpora')
    .select(['corpus_id as id', 'name', 'deleted_at as deletedAt'])
    .where('deleted_at', 'is not', null)
    .$narrowType<{ deletedAt: number }>()
  const runs = tables
    .selectFrom('runs')
    .select(['run_id as id', 'name', 'deleted_at as deletedAt', 'state'])
    .where('deleted_at', 'is not', null)
    .$narrowType<{ deletedAt: number }>()
  const conversations = tables
    .selectFrom('conversations as c')
    .leftJoin('messages as m', 'm.conversation_id', 'c.conversation_id')
    .select((e) => [
      'c.conversation_id as id',
      'c.title as name',
      'c.deleted_at as deletedAt',
      e.fn.coalesce(e.fn.sum<number>(e.fn('octet_length', ['m.text'])), e.val(0)).as('textBytes'),
    ])
    .where('c.deleted_at', 'is not', null)
    .groupBy('c.conversation_id')
    .$narrowType<{ deletedAt: number }>()
  const rows: TrashRow[] = [
    ...all(db, corpora).map((row) => ({ ...row, kind: 'corpus' as const, textBytes: 0, isActive: false })),
    ...all(db, runs).map(({ state, ...row }) => ({
      ...row,
      kind: 'run' as const,
      textBytes: 0,
      isActive: isActive({ state }),
    })),
    ...all(db, conversations).map((row) => ({ ...row, kind: 'conversation' as const, isActive: false })),
  ]
  return rows.sort((one, other) => other.deletedAt - one.deletedAt)
}
