import fc from 'fast-check'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { closeDatabase, openDatabase, transaction, type Db } from '../../../src-main/backend/db/connection'
import {
  countStepsSql,
  curveSql,
  deleteMetricsBeyond,
  evalCurve,
  evalCurveSql,
  insertEval,
  insertStep,
  stepCurve,
} from '../../../src-main/backend/db/metrics'
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

  it('keeps every spike, the last row and the number of points, whatever the losses', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 10, max: 60 }),
        (losses, points) => {
          const db = filled(losses)
          const curve = stepCurve(db, 'run_00000001', points)
          closeDatabase(db)
          expect(curve).toHaveLength(Math.min(points, losses.length))
          expect(curve.at(-1)?.seq).toBe(2 * losses.length - 1)
          expect(Math.max(...curve.map((row) => row.maxLossNats))).toBe(Math.max(...losses))
          expect(Math.min(...curve.map((row) => row.minLossNats))).toBe(Math.min(...losses))
          // Buckets follow each other and each shows its own last row.
          let from = 0
          for (const row of curve) {
            const to = (row.seq + 1) / 2
            const bucket = losses.slice(from, to)
            expect(row.lossNats).toBe(losses[to - 1])
            expect(row.minLossNats).toBe(Math.min(...bucket))
            expect(row.maxLossNats).toBe(Math.max(...bucket))
            from = to
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  it('splits 100,000 rows evenly', () => {
    const db = filled(Array.from({ length: 100_000 }, (_, i) => (i === 54_321 ? 500 : 1)))
    const curve = stepCurve(db, 'run_00000001', 1000)
    const sizes = new Set(curve.map((row, i) => (row.seq - (curve[i - 1]?.seq ?? -1)) / 2))
    expect(sizes).toEqual(new Set([100]))
    expect(curve.filter((row) => row.maxLossNats === 500)).toHaveLength(1)
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
    const bind = sql.includes('@') ? { runId: 'x', points: 10n, rows: 100n } : 'x'
    const rows = db.raw.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(bind) as { detail: string }[]
    return rows.map(({ detail }) => detail)
  }

  it.each([
    ['steps', countStepsSql],
    ['steps', curveSql],
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
