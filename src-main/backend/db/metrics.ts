import type { CurveRow, EvalRow, StepRow } from '../../../src-preload/contract/records'
import type { Db } from './connection'
import { bucketsOf, cutPyramid } from './pyramid'
import { all, first, run, statement, tables } from './query'

// Written by hand, not by the query builder: this is the hot path, and the tests hold its plan.
export const insertStepSql = `
INSERT INTO steps (run_id, seq, step, tokens, elapsed_ms, loss_nats, grad_norm, learning_rate, tokens_per_second, memory_bytes)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

export function insertStep(db: Db, runId: string, row: StepRow): void {
  statement(db, insertStepSql).run(
    runId,
    row.seq,
    row.step,
    row.tokens,
    row.elapsedMs,
    row.lossNats,
    row.gradNorm,
    row.learningRate,
    row.tokensPerSecond,
    row.memoryBytes,
  )
}

export function insertEval(db: Db, runId: string, row: EvalRow): void {
  const values = {
    run_id: runId,
    seq: row.seq,
    step: row.step,
    tokens: row.tokens,
    elapsed_ms: row.elapsedMs,
    val_loss_nats: row.valLossNats,
    perplexity: row.perplexity,
    bits_per_byte: row.bitsPerByte,
    accuracy: row.accuracy,
  }
  run(db, tables.insertInto('evals').values(values))
}

const stepColumns = `seq, step, tokens, elapsed_ms AS elapsedMs, loss_nats AS lossNats, grad_norm AS gradNorm,
  learning_rate AS learningRate, tokens_per_second AS tokensPerSecond, memory_bytes AS memoryBytes`
const evalColumns = `seq, step, tokens, elapsed_ms AS elapsedMs, val_loss_nats AS valLossNats, perplexity,
  bits_per_byte AS bitsPerByte, accuracy`

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
SELECT e.seq, e.step, e.tokens, e.elapsed_ms AS elapsedMs, e.val_loss_nats AS valLossNats, e.perplexity,
       e.bits_per_byte AS bitsPerByte, e.accuracy
FROM buckets b CROSS JOIN evals e ON e.run_id = @runId AND e.seq = b.last
ORDER BY e.seq`

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
