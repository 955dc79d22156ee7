import { rm } from 'node:fs/promises'
import { AppError } from '../../../src-preload/contract/errors'
import type { TrashContents, TrashKind } from '../../../src-preload/contract/records/trash'
import { isActive } from '../../../src-preload/contract/run-state'
import { truncateLog, type Db } from '../db/connection'
import { removeConversation } from '../db/conversations'
import { forgetCopies } from '../db/copies'
import { removeCorpus } from '../db/corpora'
import { findRun, removeRun, runsOfCorpus, updateRun } from '../db/runs'
import { trashRows, type TrashRow } from '../db/trash'
import { trashMs, type Context } from './context'
import { diskUse } from './disk-use'
import { ensureOwnTokens, hasOwnTokens } from './run-tokens'

export type TrashService = ReturnType<typeof createTrash>

/** What a delete leaves, until it is emptied or its time is over. Restoring is its own service's. */
export function createTrash(context: Context) {
  const { db, paths } = context
  const closing = new AbortController()
  /** One removal at a time: two would make tokens in the same folder. */
  let working = Promise.resolve<unknown>(undefined)

  const folderOf: Readonly<Record<TrashKind, (id: string) => string[]>> = {
    corpus: (id) => [paths.corpus(id)],
    run: (id) => [paths.run(id)],
    conversation: () => [],
  }
  const removeRow: Readonly<Record<TrashKind, (db: Db, id: string) => void>> = {
    corpus: removeCorpus,
    run: removeRun,
    conversation: removeConversation,
  }

  const list = async (): Promise<TrashContents> => {
    const rows = trashRows(db)
    const folders = rows.map(({ kind, id }) => folderOf[kind](id))
    const { total, each } = await diskUse(folders.flat())
    const sizes = each[Symbol.iterator]()
    const items = rows.map(({ kind, id, name, deletedAt, textBytes }, i) => ({
      ...{ kind, id, name, deletedAt },
      goesAt: deletedAt + trashMs,
      sizeBytes: folders[i]?.length === 0 ? textBytes : (sizes.next().value ?? 0),
    }))
    return { items, sizeBytes: total + rows.reduce((sum, { textBytes }) => sum + textBytes, 0) }
  }

  /** Its runs can do without it. @throws what keeps a run from getting its tokens, where waiting may help */
  const freeRuns = async (corpusId: string): Promise<boolean> => {
    for (const { run_id: runId, state } of runsOfCorpus(db, corpusId)) {
      if (hasOwnTokens(context, runId)) continue
      // It makes them itself, of this text.
      if (isActive({ state })) return false
      const run = findRun(db, runId, 'any')
      if (run === null) continue
      const onFacts = updateRun.bind(null, db, runId)
      try {
        await ensureOwnTokens(context, { run, onFacts, onProgress: () => undefined, signal: closing.signal })
      } catch (thrown) {
        const error = AppError.from(thrown)
        // A run that this text cannot serve any more loses nothing with it.
        if (error.kind === 'resource' || error.kind === 'cancelled') throw error
        context.log(error)
      }
    }
    return true
  }

  /** Files first, so that a kill in between leaves the row. */
  const remove = async ({ kind, id, isActive: isInUse }: TrashRow): Promise<boolean> => {
    try {
      if (isInUse || (kind === 'corpus' && !(await freeRuns(id)))) return false
      for (const folder of folderOf[kind](id)) await rm(folder, { recursive: true, force: true })
      // Closed meanwhile: the row goes at the next start.
      if (!isOpen(db)) return false
      removeRow[kind](db, id)
      return true
    } catch (problem) {
      context.log(AppError.from(problem))
      return false
    }
  }

  const removeAll = async (isMeant: (row: TrashRow) => boolean): Promise<{ removed: number; left: number }> => {
    const order: readonly TrashKind[] = ['conversation', 'run', 'corpus']
    const rows = isOpen(db) ? trashRows(db).filter(isMeant) : []
    const removed = new Set<TrashKind>()
    let count = 0
    // Runs before their texts: nobody makes tokens for one that goes too.
    for (const row of order.flatMap((kind) => rows.filter((one) => one.kind === kind))) {
      if (closing.signal.aborted || !(await remove(row))) continue
      removed.add(row.kind)
      count++
    }
    if (count > 0 && isOpen(db)) {
      truncateLog(db)
      forgetCopies(db.raw.name)
    }
    const lists = { corpus: 'corpora', run: 'runs', conversation: 'conversations' } as const
    for (const kind of removed) context.emit({ topic: 'changed', what: lists[kind] })
    return { removed: count, left: rows.length - count }
  }

  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const result = working.then(work)
    working = result.catch(() => undefined)
    return result
  }

  /** @param ids null: everything */
  const empty = (ids: readonly string[] | null) => {
    const meant = ids === null ? null : new Set(ids)
    return alone(() => removeAll(({ id }) => meant?.has(id) ?? true))
  }

  /** What has been there long enough. */
  const purge = async (): Promise<void> => {
    const before = context.now() - trashMs
    await alone(() => removeAll(({ deletedAt }) => deletedAt < before))
  }

  const close = async (): Promise<void> => {
    closing.abort()
    await working
  }

  return { list, empty, purge, close }
}

/** Asked through a call: TypeScript would remember an earlier answer. */
const isOpen = (db: Db): boolean => db.raw.open
