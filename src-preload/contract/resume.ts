import { isEarlierModel } from './limits'
import type { CheckpointKind } from './records/checkpoints'
import type { RunRecord, RunState } from './records/runs'

/** How many states of a kind are kept: of what training goes on from, the one before too, in case that the newest is damaged. */
const statesKept: Readonly<Record<CheckpointKind, number>> = { best: 1, last: 2 }

interface State {
  readonly kind: CheckpointKind
  readonly step: number
}

/**
 * The states that are kept when `added` has been saved, of each kind the newest first. What was saved beyond its step never
 * happened: the run has gone back.
 */
export function withState<T extends State>(saved: readonly T[], added: T): T[] {
  const before = saved
    .filter(({ kind, step }) => kind === added.kind && step < added.step)
    .sort((one, other) => other.step - one.step)
  const others = saved.filter(({ kind }) => kind !== added.kind)
  return [...others, added, ...before.slice(0, statesKept[added.kind] - 1)].sort((one, other) =>
    one.kind < other.kind ? -1 : one.kind > other.kind ? 1 : other.step - one.step,
  )
}

/** Of each kind the newest one. */
export const newestStates = <T extends State>(saved: readonly T[]): T[] =>
  saved.filter(({ kind, step }) => !saved.some((other) => other.kind === kind && other.step > step))

const resumableStates: readonly RunState[] = ['paused', 'interrupted', 'stopped', 'failed']

/** It ended before its last step, and this version can compute it. */
export const isResumable = (run: Pick<RunRecord, 'state' | 'step' | 'maxSteps' | 'model'>): boolean =>
  resumableStates.includes(run.state) && run.step < run.maxSteps && !isEarlierModel(run.model)

const extendableStates: readonly RunState[] = ['done', 'stopped', 'paused']

/** It ended as planned or as somebody wished, and its weights and moments are saved. */
export const isExtendable = (run: RunRecord): boolean =>
  extendableStates.includes(run.state) && resumePoint(run).step > 0 && !isEarlierModel(run.model)

/** Something of it is saved, and this version can compute it. */
export const canWrite = ({ checkpoints, model }: Pick<RunRecord, 'checkpoints' | 'model'>): boolean =>
  checkpoints.length > 0 && !isEarlierModel(model)

/** From where a run that has ended before its last step goes on, and what it computes again. */
export interface ResumePoint {
  /** 0: nothing was saved. */
  readonly step: number
  /** Steps beyond the last save, which nobody has saved. */
  readonly repeats: number
  /** What they took the first time, evaluations and samples among them. */
  readonly repeatsMs: number
}

export function resumePoint({ checkpoints, step, trainedMs }: RunRecord): ResumePoint {
  const saved = Math.max(0, ...checkpoints.filter(({ kind }) => kind === 'last').map((checkpoint) => checkpoint.step))
  const repeats = Math.max(0, step - saved)
  return { step: saved, repeats, repeatsMs: step > 0 ? (repeats * trainedMs) / step : 0 }
}
