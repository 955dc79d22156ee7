import type { Db } from './connection'
import { statement } from './query'

/**
 * The steps of a run, thinned: a bucket of level n holds the lowest and the highest loss of 8ⁿ rows in order and ends with
 * the row `lastSeq`. Only full buckets are stored; what comes after the last one stands in the level below it.
 */
export const bucketRows = 8
/** The highest: a million rows are 30 buckets. */
export const topLevel = 5

export interface Bucket {
  readonly lastSeq: number
  readonly minLossNats: number
  readonly maxLossNats: number
}

const columns = 'last_seq AS lastSeq, min_loss_nats AS minLossNats, max_loss_nats AS maxLossNats'
export const bucketsSql = `SELECT ${columns} FROM step_buckets WHERE run_id = ? AND level = ? AND last_seq > ? ORDER BY last_seq`
export const rowsSql = `
SELECT seq AS lastSeq, loss_nats AS minLossNats, loss_nats AS maxLossNats
FROM steps WHERE run_id = ? AND seq > ? ORDER BY seq`
export const countBucketsSql = 'SELECT count(*) FROM step_buckets WHERE run_id = ? AND level = ?'
export const lastBucketSql = 'SELECT max(last_seq) FROM step_buckets WHERE run_id = ? AND level = ?'

/** Level 0: the rows themselves. */
function bucketsAfter(db: Db, runId: string, level: number, seq: number): Bucket[] {
  const found = level === 0 ? statement(db, rowsSql).all(runId, seq) : statement(db, bucketsSql).all(runId, level, seq)
  return found as Bucket[]
}

const number = (db: Db, sql: string, runId: string, level: number): number | null =>
  statement(db, sql).pluck().get(runId, level) as number | null

/** Of several in order, as one. */
const joined = (buckets: readonly Bucket[]): Bucket => ({
  lastSeq: buckets.at(-1)?.lastSeq ?? 0,
  minLossNats: Math.min(...buckets.map(({ minLossNats }) => minLossNats)),
  maxLossNats: Math.max(...buckets.map(({ maxLossNats }) => maxLossNats)),
})

/** Stores the buckets that are full now; in the transaction that stored their rows. */
export function extendPyramid(db: Db, runId: string): void {
  const insert = statement(db, 'INSERT INTO step_buckets VALUES (?, ?, ?, ?, ?)')
  for (let level = 1; level <= topLevel; level++) {
    const below = bucketsAfter(db, runId, level - 1, number(db, lastBucketSql, runId, level) ?? -1)
    if (below.length < bucketRows) return
    for (let end = bucketRows; end <= below.length; end += bucketRows) {
      const { lastSeq, minLossNats, maxLossNats } = joined(below.slice(end - bucketRows, end))
      insert.run(runId, level, lastSeq, minLossNats, maxLossNats)
    }
  }
}

/** After rows of the run were deleted from some row on. */
export function cutPyramid(db: Db, runId: string): void {
  statement(
    db,
    `DELETE FROM step_buckets WHERE run_id = @runId
     AND last_seq > coalesce((SELECT max(seq) FROM steps WHERE run_id = @runId), -1)`,
  ).run({ runId })
}

/** All rows of the run in at most `maxPoints` buckets, and in as many where there are as many rows. */
export function bucketsOf(db: Db, runId: string, maxPoints: number): Bucket[] {
  let level = topLevel
  while (level > 0 && (number(db, countBucketsSql, runId, level) ?? 0) < maxPoints) level--
  const buckets: Bucket[] = []
  for (; level >= 0; level--) buckets.push(...bucketsAfter(db, runId, level, buckets.at(-1)?.lastSeq ?? -1))
  if (buckets.length <= maxPoints) return buckets
  return Array.from({ length: maxPoints }, (_, i) =>
    joined(
      buckets.slice(Math.floor((i * buckets.length) / maxPoints), Math.floor(((i + 1) * buckets.length) / maxPoints)),
    ),
  )
}
