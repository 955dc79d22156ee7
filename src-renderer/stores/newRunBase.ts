import { AppError } from '../../src-preload/contract/errors'
import { runFields } from '../../src-preload/contract/limits'
import type { CheckpointKind } from '../../src-preload/contract/records/checkpoints'
import type { PlanBase, RunPlan } from '../../src-preload/contract/records/plan'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import { newestStates } from '../../src-preload/contract/resume'
import type { Made } from '../../src-preload/contract/run-name'
import { request } from '../api'

/** The run that the form was opened from: what is changed is marked against it. */
export interface FormBase extends PlanBase {
  /** The run goes on from its weights, and keeps what they are made for; null: it is made again. */
  readonly continues: {
    readonly checkpoint: CheckpointKind
    /** The steps of its checkpoints. */
    readonly steps: Readonly<Partial<Record<CheckpointKind, number>>>
  } | null
  readonly runId: string
  readonly name: string
  /** Its text, which may be gone. */
  readonly corpusId: string
  readonly corpus: string
}

const ofRun = ({ runId, name, corpusId, corpus }: RunRecord) => ({ runId, name, corpusId, corpus })

/** @throws AppError `run.notFound` */
export async function baseToRepeat(runId: string): Promise<FormBase> {
  const { run, config, choice } = await request('runs.get', { runId })
  return { ...ofRun(run), config, choice, continues: null }
}

/** @throws AppError `run.notFound`, `run.noCheckpoint` */
export async function baseToContinue(runId: string): Promise<FormBase> {
  const { run, config, choice } = await request('runs.get', { runId })
  const { best, last } = Object.fromEntries(newestStates(run.checkpoints).map(({ kind, step }) => [kind, step]))
  const checkpoint = best === undefined ? 'last' : 'best'
  if (best === undefined && last === undefined) throw new AppError('run.noCheckpoint', { runId })
  const steps = { ...(best === undefined ? {} : { best }), ...(last === undefined ? {} : { last }) }
  return { ...ofRun(run), config, choice, continues: { checkpoint, steps } }
}

/** What the name of a planned run compares it with. */
export function comparedWith({ suggested, suggestedSize, config }: RunPlan, base: FormBase | null): Made {
  if (base?.continues) return { choice: { ...base.choice, length: 'normal' }, config: suggested }
  if (!base) return { choice: { model: 'llama', size: suggestedSize, length: 'normal' }, config: suggested }
  // What was put back is as it was.
  const same = runFields.filter((field) => config[field] === base.config[field])
  const after = { ...suggested, ...Object.fromEntries(same.map((field) => [field, base.config[field]])) }
  return { choice: base.choice, config: after }
}
