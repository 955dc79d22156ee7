import type { Rollback } from '../../../src-preload/contract/records/checkpoints'
import type { SampleRecord } from '../../../src-preload/contract/records/runs'
import type { StepTiming, TierChange } from '../../../src-preload/contract/records/steps'
import type { Db } from './connection'
import { checked } from './enumerations'
import { all, run, tables } from './query'

export function samplesOf(db: Db, runId: string): SampleRecord[] {
  const query = tables.selectFrom('samples').select(['step', 'prompt', 'text', 'at']).where('run_id', '=', runId)
  return all(db, query.orderBy('seq'))
}

export function samplesAfter(db: Db, runId: string, seq: number): { seq: number; sample: SampleRecord }[] {
  const columns = ['seq', 'step', 'prompt', 'text', 'at'] as const
  const query = tables.selectFrom('samples').select(columns).where('run_id', '=', runId).where('seq', '>', seq)
  return all(db, query.orderBy('seq')).map(({ seq: own, ...sample }) => ({ seq: own, sample }))
}

export function insertSample(db: Db, runId: string, seq: number, sample: SampleRecord): void {
  run(db, tables.insertInto('samples').values({ run_id: runId, seq, ...sample }))
}

export function tiersOf(db: Db, runId: string): TierChange[] {
  const query = tables.selectFrom('tiers').selectAll().where('run_id', '=', runId)
  return all(db, query.orderBy('step')).map(({ step, tier, precision, timings_json: timings }) => ({
    step,
    tier,
    precision,
    timings: JSON.parse(timings) as StepTiming[],
  }))
}

export function storeTier(db: Db, runId: string, { step, tier, precision, timings }: TierChange): void {
  const row = { run_id: runId, step, tier, precision, timings_json: JSON.stringify(timings) }
  run(db, tables.replaceInto('tiers').values(checked('tiers', row)))
}

export function rollbacksOf(db: Db, runId: string): Rollback[] {
  const columns = ['step', 'to_step as toStep', 'learning_rate_factor as learningRateFactor', 'accumulation'] as const
  return all(db, tables.selectFrom('rollbacks').select(columns).where('run_id', '=', runId).orderBy('position'))
}

export function insertRollback(
  db: Db,
  runId: string,
  { step, toStep, learningRateFactor, accumulation }: Rollback,
): void {
  const position = rollbacksOf(db, runId).length
  const row = { run_id: runId, position, step, to_step: toStep, learning_rate_factor: learningRateFactor, accumulation }
  run(db, tables.insertInto('rollbacks').values(row))
}
