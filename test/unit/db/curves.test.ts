import fc from 'fast-check'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { closeDatabase, openDatabase, transaction, type Db } from '../../../src-main/backend/db/connection'
import {
  deleteMetricsBeyond,
  evalCurve,
  evalCurveSql,
  insertEval,
  insertStep,
  stepCurve,
  stepsAfter,
  stepsAfterSql,
  stepSql,
} from '../../../src-main/backend/db/metrics'
import {
  bucketsSql,
  countBucketsSql,
  extendPyramid,
  lastBucketSql,
  rowsSql,
} from '../../../src-main/backend/db/pyramid'
import { pyramid } from '../../../src-main/backend/db/migrations/0013-pyramid'
import type { CurveRow, StepRow } from '../../../src-preload/contract/records/curves'
import { listConversations, messagesOf } from '../../../src-main/backend/db/conversations'
import { listCorpora } from '../../../src-main/backend/db/corpora'
import { listRuns, ownedRuns, runChangesSince } from '../../../src-main/backend/db/runs'
import { temporaryFolder } from '../temporary'
import { addRun, stepRow } from './rows'

function filled(losses: readonly number[]): Db {
  const db = openDatabase(join(temporaryFolder(), 'a.db'))
  addRun(db, 'run_00000001')
  addRun(db, 'run_00000002')
  transaction(db, () => {
    losses.forEach((loss, i) => {
      // Sequence numbers have gaps: evaluations and samples take some.
      insertStep(db, 'run_00000001', stepRow(2 * i + 1, loss))
    })
    insertStep(db, 'run_00000002', stepRow(1, 99))
  })
  return db
}

describe('stepCurve', () => {
  it('gives the rows as they were stored when there are few', () => {
    const db = filled([3, 1, 2])
    const curve = stepCurve(db, 'run_00000001', 10)
    expect(curve).toEqual(
      [3, 1, 2].map((loss, i) => ({ ...stepRow(2 * i + 1, loss), minLossNats: loss, maxLossNats: loss })),
    )
    closeDatabase(db)
  })

  /** Buckets follow each other; each shows its own last row and the extremes of all its rows, told by hand. */
  function expectWhole(curve: readonly CurveRow[], rows: readonly StepRow[], points: number): void {
    expect(curve).toHaveLength(Math.min(points, rows.length))
    const ends = new Map(rows.map((row, i) => [row.seq, i + 1]))
    const starts = [0, ...curve.map(({ seq }) => ends.get(seq) ?? NaN)]
    const byHand = curve.map((_, i): CurveRow | undefined => {
      const bucket = rows.slice(starts[i], starts[i + 1])
      const losses = bucket.map((row) => row.lossNats)
      const last = bucket.at(-1)
      return last && { ...last, minLossNats: Math.min(...losses), maxLossNats: Math.max(...losses) }
    })
    expect(curve).toEqual(byHand)
    expect(starts.at(-1)).toBe(rows.length)
  }

  it('hides no spike, whatever is recorded, taken back and recorded again', () => {
    const recorded = fc.record({
      losses: fc.array(fc.float({ min: 0, max: 100, noNaN: true }), { maxLength: 300 }),
      /** Share of the steps that stay, of a run that goes on from a checkpoint. */
      stays: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null, freq: 2 }),
    })
    fc.assert(
      fc.property(fc.array(recorded, { maxLength: 6 }), fc.integer({ min: 10, max: 60 }), (parts, points) => {
        const db = filled([])
        let rows: StepRow[] = []
        let seq = 0
        for (const { losses, stays } of parts) {
          const added = losses.map((loss, i) => ({ ...stepRow((seq += 2), loss), step: rows.length + i + 1 }))
          transaction(db, () => {
            for (const row of added) insertStep(db, 'run_00000001', row)
            extendPyramid(db, 'run_00000001')
          })
          rows = [...rows, ...added]
          if (stays === null) continue
          const step = Math.floor(rows.length * stays)
          deleteMetricsBeyond(db, 'run_00000001', step)
          rows = rows.slice(0, step)
        }
        const curve = stepCurve(db, 'run_00000001', points)
        expect(stepCurve(db, 'run_00000002', points)).toHaveLength(1)
        closeDatabase(db)
        expectWhole(curve, rows, points)
      }),
      { numRuns: 20 },
    )
  })

  it('of a long run reads few buckets, however they were written: as they came or by the migration', () => {
    const losses = Array.from({ length: 40_000 }, (_, i) => (i === 4321 ? 500 : 1))
    const db = filled(losses)
    const rows = stepsAfter(db, 'run_00000001', 0)
    const all = () => db.raw.prepare('SELECT * FROM step_buckets ORDER BY level, last_seq').all()
    transaction(db, () => {
      extendPyramid(db, 'run_00000001')
    })
    const written = all()
    db.raw.exec('DROP TABLE step_buckets')
    db.raw.exec(pyramid.sql)
    expect(all()).toEqual(written)
    const counts = db.raw.prepare('SELECT count(*) FROM step_buckets GROUP BY level ORDER BY level').pluck().all()
    expect(counts).toEqual([5000, 625, 78, 9, 1])
    expectWhole(stepCurve(db, 'run_00000001', 1000), rows, 1000)
    closeDatabase(db)
  })

  it('is empty for a run without steps', () => {
    const db = filled([])
    expect(stepCurve(db, 'run_00000001', 10)).toEqual([])
    expect(evalCurve(db, 'run_00000001', 10)).toEqual([])
    closeDatabase(db)
  })
})

it('a resumed run loses what lies beyond its checkpoint and nothing else', () => {
  const db = filled([5, 4, 3, 2])
  for (const step of [3, 7]) {
    const row = { tokens: 1, elapsedMs: 1, valLossNats: step, perplexity: 2, bitsPerByte: 1, accuracy: 0.5 }
    insertEval(db, 'run_00000001', { seq: 10 + step, step, ...row })
  }
  deleteMetricsBeyond(db, 'run_00000001', 3)
  expect(stepCurve(db, 'run_00000001', 10).map((row) => row.step)).toEqual([1, 3])
  expect(evalCurve(db, 'run_00000001', 10).map((row) => row.step)).toEqual([3])
  expect(stepCurve(db, 'run_00000002', 10)).toHaveLength(1)
  closeDatabase(db)
})

describe('query plans', () => {
  const planOf = (db: Db, sql: string): string[] => {
    const bind = sql.includes('@')
      ? [{ runId: 'x', points: 10n, rows: 100n }]
      : Array.from(sql.matchAll(/\?/g), () => 'x')
    const rows = db.raw.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...bind) as { detail: string }[]
    return rows.map(({ detail }) => detail)
  }

  it.each([
    ['steps', stepSql],
    ['steps', stepsAfterSql],
    ['steps', rowsSql],
    ['step_buckets', bucketsSql],
    ['step_buckets', countBucketsSql],
    ['step_buckets', lastBucketSql],
    ['evals', evalCurveSql],
  ])('%s: one range of the primary key, never the whole table', (table, sql) => {
    const db = filled([1, 2, 3])
    const plan = planOf(db, sql)
    const reads = plan.filter((detail) => new RegExp(`^(SCAN|SEARCH) (${table}|s|e)\\b`).test(detail))
    expect(reads.length).toBeGreaterThan(0)
    for (const read of reads) expect(read).toMatch(/^SEARCH .* USING PRIMARY KEY \(run_id=\?/)
    // Rows come in the key's order: nothing is sorted before they are numbered.
    expect(plan.filter((detail) => detail.includes('B-TREE FOR ORDER BY') && detail.includes('numbered'))).toEqual([])
    closeDatabase(db)
  })

  it.each([
    ['runs', (db: Db) => listRuns(db), 'FROM "runs"', 'runs_created'],
    ['changed runs', (db: Db) => runChangesSince(db, 2), 'FROM "runs"', 'runs_revision'],
    ['open runs', (db: Db) => ownedRuns(db, ['running', 'queued']), 'FROM "runs"', 'runs_state'],
    ['texts', (db: Db) => listCorpora(db), 'FROM "corpora"', 'corpora_created'],
    ['talk', (db: Db) => listConversations(db), 'FROM "conversations"', 'conversations_updated'],
    ['messages', (db: Db) => messagesOf(db, 'x'), 'FROM "messages"', 'sqlite_autoindex_messages_2'],
  ])('%s: its index, no sorting', (_, ask, from, index) => {
    const db = filled([])
    db.statements.clear()
    ask(db)
    // The statement that was really prepared, not a copy of it.
    const sql = [...db.statements.keys()].find((text) => text.toUpperCase().includes(from.toUpperCase())) ?? ''
    const parameters = Array.from(sql.matchAll(/\?/g), () => 'x')
    const plan = db.raw.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters) as { detail: string }[]
    const details = plan.map(({ detail }) => detail).join('\n')
    expect(details).toContain(index)
    expect(details).not.toContain('TEMP B-TREE')
    closeDatabase(db)
  })
})
