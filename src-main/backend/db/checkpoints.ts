import type { CheckpointRecord } from '../../../src-preload/contract/records/checkpoints'
import { withState } from '../../../src-preload/contract/resume'
import type { Db } from './connection'
import { checked } from './enumerations'
import { all, run, tables } from './query'
import type { CheckpointsTable } from './schema'

const toRecord = (row: CheckpointsTable): CheckpointRecord => ({
  kind: row.kind,
  step: row.step,
  valLossNats: row.val_loss_nats,
  savedAt: row.saved_at,
  sizeBytes: row.size_bytes,
})

const inOrder = tables.selectFrom('checkpoints').selectAll().orderBy('kind').orderBy('step', 'desc')

/** Of each kind the newest first. */
export function checkpointsOf(db: Db, runId: string): CheckpointRecord[] {
  return all(db, inOrder.where('run_id', '=', runId)).map(toRecord)
}

/** Of every run at once: a list of runs needs two queries, not one a run. */
export function allCheckpoints(db: Db): Map<string, CheckpointRecord[]> {
  const result = new Map<string, CheckpointRecord[]>()
  for (const row of all(db, inOrder)) {
    const list = result.get(row.run_id)
    if (list === undefined) result.set(row.run_id, [toRecord(row)])
    else list.push(toRecord(row))
  }
  return result
}

/** One that was saved just now; which others are kept is as in the run's folder. */
export function storeCheckpoint(db: Db, runId: string, checkpoint: CheckpointRecord): void {
  storeCheckpoints(db, runId, withState(checkpointsOf(db, runId), checkpoint))
}

/** These and no others. */
export function storeCheckpoints(db: Db, runId: string, checkpoints: readonly CheckpointRecord[]): void {
  run(db, tables.deleteFrom('checkpoints').where('run_id', '=', runId))
  for (const { kind, step, valLossNats, savedAt, sizeBytes } of checkpoints) {
    const values = { kind, step, val_loss_nats: valLossNats, saved_at: savedAt, size_bytes: sizeBytes }
    run(db, tables.insertInto('checkpoints').values(checked('checkpoints', { run_id: runId, ...values })))
  }
}
