import { runLimits, withDefaults } from '../../../src-preload/contract/limits'
import type { EngineId } from '../../../src-preload/contract/records/computer'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { Db } from './connection'
import { all, first, tables } from './query'

/** A run that is over, with what tells how long its parts took. */
export interface TimedRow {
  readonly runId: string
  readonly config: RunConfig
  readonly vocabSize: number
  readonly trainTokens: number
  readonly parameterCount: number
  readonly startedAt: number
  readonly endedAt: number
  readonly trainedMs: number
}

const mostTimedRuns = 30

/** The newest ones that this version of an engine computed from beginning to end. */
export function timedRuns(db: Db, engine: string, version: string): TimedRow[] {
  const rows = all(
    db,
    tables
      .selectFrom('runs')
      .select([
        'run_id',
        'config_json',
        'vocab_size',
        'train_tokens',
        'parameter_count',
        'started_at',
        'ended_at',
        'trained_ms',
      ])
      .where('engine', '=', engine as EngineId)
      .where('engine_version', '=', version)
      .where('state', 'in', ['done', 'stopped'])
      // A step of what took its place takes another time.
      .where('model', 'in', [...runLimits.model.options])
      .orderBy('ended_at', 'desc')
      .limit(mostTimedRuns),
  )
  return rows.map((row) => ({
    runId: row.run_id,
    config: withDefaults(JSON.parse(row.config_json) as Record<string, unknown>) as RunConfig,
    vocabSize: row.vocab_size,
    trainTokens: row.train_tokens,
    parameterCount: row.parameter_count,
    startedAt: row.started_at ?? 0,
    endedAt: row.ended_at ?? 0,
    trainedMs: row.trained_ms,
  }))
}

/** When the last run ended; 0 before that. */
export function newestEnd(db: Db): number {
  return (
    first(
      db,
      tables.selectFrom('runs').select((r) => r.fn.max('ended_at').as('newest')),
    )?.newest ?? 0
  )
}
