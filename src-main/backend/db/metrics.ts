import {
  evalRow,
  stepRow,
  type CurveRow,
  type EvalRow,
  type StepRow,
} from '../../../src-preload/contract/records/curves'
import type { Db } from './connection'
import { bucketsOf, cutPyramid } from './pyramid'
import { all, first, run, statement, tables } from './query'

// Written by hand, not by the query builder: this is the hot path, and the tests hold its plan. Which metrics there are says
// the contract; a migration gives each its column.
const column = (metric: string): string => metric.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const selected = (metrics: readonly string[]): string => metrics.map((name) => `${column(name)} AS ${name}`).join(', ')
const inserted = (table: string, metrics: readonly string[]): string =>
  `INSERT INTO ${table} (run_id, ${metrics.map(column).join(', ')}) VALUES (?${', ?'.repeat(metrics.length)})`

const stepMetrics = Object.keys(stepRow.shape) as (keyof StepRow)[]
const evalMetrics = Object.keys(evalRow.shape) as (keyof EvalRow)[]
const insertStepSql = inserted('steps', stepMetrics)
const insertEvalSql = inserted('evals', evalMetrics)
const stepColumns = selected(stepMetrics)
const evalColumns = selected(evalMetrics)

export function insertStep(db: Db, runId: string, row: StepRow): void {
  statement(db, insertStepSql).run(runId, ...stepMetrics.map((name) => row[name]))
}

export function insertEval(db: Db, runId: string, row: EvalRow): void {
  statement(db, insertEvalSql).run(runId, ...evalMetrics.map((name) => row[name]))
}

export const stepsAfterSql = `SELECT ${stepColumns} FROM steps WHERE run_id = ? AND seq > ? ORDER BY seq`
export function stepsAfter(db: Db, runId: string, seq: number): StepRow[] {
  return statement(db, stepsAfterSql).all(runId, seq) as StepRow[]
}

export function evalsAfter(db: Db, runId: string, seq: number): EvalRow[] {
  const sql = `SELECT ${evalColumns} FROM evals WHERE run_id = ? AND seq > ? ORDER BY seq`
  return statement(db, sql).all(runId, seq) as EvalRow[]
}

export const stepSql = `SELECT ${stepColumns} FROM steps WHERE run_id = ? AND seq = ?`

/** At most `maxPoints` rows, each the last one of its bucket with the extremes of all of them; all rows where they are few. */
export function stepCurve(db: Db, runId: string, maxPoints: number): CurveRow[] {
  const row = statement(db, stepSql)
  return bucketsOf(db, runId, maxPoints).map(({ lastSeq, minLossNats, maxLossNats }) => ({
    ...(row.get(runId, lastSeq) as StepRow),
    minLossNats,
    maxLossNats,
  }))
}

/** What the run's process held at its last logged step; 0 before that. */
export function lastMemoryBytes(db: Db, runId: string): number {
  const query = tables.selectFrom('steps').select('memory_bytes').where('run_id', '=', runId)
  return first(db, query.orderBy('seq', 'desc').limit(1))?.memory_bytes ?? 0
}

export const evalCurveSql = `
WITH numbered AS (
  SELECT seq, (row_number() OVER (ORDER BY seq) - 1) * @points / @rows AS bucket FROM evals WHERE run_id = @runId
), buckets AS (SELECT max(seq) AS last FROM numbered GROUP BY bucket)
SELECT ${evalColumns} FROM buckets b CROSS JOIN evals e ON e.run_id = @runId AND e.seq = b.last
ORDER BY seq`

export function evalCurve(db: Db, runId: string, maxPoints: number): EvalRow[] {
  const query = tables
    .selectFrom('evals')
    .select((e) => e.fn.countAll<number>().as('rows'))
    .where('run_id', '=', runId)
  const rows = all(db, query)[0]?.rows ?? 0
  if (rows === 0) return []
  const bind = { runId, points: BigInt(Math.min(rows, maxPoints)), rows: BigInt(rows) }
  return statement(db, evalCurveSql).all(bind) as EvalRow[]
}

/** A resumed run computes these steps again: what was logged beyond its checkpoint never happened. */
export function deleteMetricsBeyond(db: Db, runId: string, step: number): void {
  for (const table of ['steps', 'evals', 'samples', 'tiers'] as const) {
    run(db, tables.deleteFrom(table).where('run_id', '=', runId).where('step', '>', step))
  }
  cutPyramid(db, runId)
}

export function lowestEval(db: Db, runId: string): number | null {
  const query = tables.selectFrom('evals').select((e) => e.fn.min('val_loss_nats').as('lowest'))
  return all(db, query.where('run_id', '=', runId))[0]?.lowest ?? null
}
