import type { CheckpointKind, CheckpointRecord } from '../../../src-preload/contract/records'
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

export function checkpointsOf(db: Db, runId: string): CheckpointRecord[] {
  return all(db, tables.selectFrom('checkpoints').selectAll().where('run_id', '=', runId)).map(toRecord)
}

/** Of every run at once: a list of runs needs two queries, not one a run. */
export function allCheckpoints(db: Db): Map<string, CheckpointRecord[]> {
  const result = new Map<string, CheckpointRecord[]>()
  for (const row of all(db, tables.selectFrom('checkpoints').selectAll())) {
    const list = result.get(row.run_id)
    if (list === undefined) result.set(row.run_id, [toRecord(row)])
    else list.push(toRecord(row))
  }
  return result
}

/** Only one of each kind is kept, as in the run's folder. */
export function storeCheckpoint(db: Db, runId: string, checkpoint: CheckpointRecord): void {
  const values = {
    run_id: runId,
    kind: checkpoint.kind,
    step: checkpoint.step,
    val_loss_nats: checkpoint.valLossNats,
    saved_at: checkpoint.savedAt,
    size_bytes: checkpoint.sizeBytes,
  }
  run(db, tables.replaceInto('checkpoints').values(checked('checkpoints', values)))
}

export function removeCheckpoint(db: Db, runId: string, kind: CheckpointKind): void {
  run(db, tables.deleteFrom('checkpoints').where('run_id', '=', runId).where('kind', '=', kind))
}
