import { AppError } from '../../../src-preload/contract/errors'
import { isEarlierModel } from '../../../src-preload/contract/limits'
import type { RunRecord } from '../../../src-preload/contract/records/runs'

/** @throws AppError `run.earlierVersion` for a run whose kind of model only earlier versions could compute */
export function ensureCurrent({ runId, model }: Pick<RunRecord, 'runId' | 'model'>): void {
  if (isEarlierModel(model)) throw new AppError('run.earlierVersion', { runId })
}
