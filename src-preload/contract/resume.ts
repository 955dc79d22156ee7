import type { RunRecord } from './records'

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
