import type { RunStage } from '../../../src-preload/contract/records/runs'
import type { ByteProgress } from '../../../src-preload/contract/wire'
import type { TrainEvent } from '../../backend/jobs/protocol'
import type { Engine } from '../runtime/engine'
import type { StepMetrics, TrainStep } from '../train-step'
import type { TrainingData } from './data'
import type { OwnRun } from './resume'
import type { RunState } from './state'
import type { ModeLog } from './mode-log'

/** A training under way: what every part of the loop works on. */
export interface Training {
  readonly own: OwnRun
  readonly data: TrainingData
  readonly engine: Engine
  readonly trainStep: TrainStep
  readonly run: RunState
  readonly modes: ModeLog
  /** Ends it after the step under way. */
  readonly signal: AbortSignal
}

/** @param bytes of what is saved: how much is on the disk for good */
export const stage = (stage: RunStage, bytes?: ByteProgress): TrainEvent =>
  bytes === undefined
    ? { kind: 'stage', stage, progress: null }
    : { kind: 'stage', stage, progress: Math.min(1, bytes.doneBytes / bytes.totalBytes), bytes }

/** @param learningRate of the step that is done */
export function stepEvent(run: RunState, { lossNats, gradNorm }: StepMetrics, learningRate: number): TrainEvent {
  const { step, tokens, clock, tokensPerStep } = run
  const tokensPerSecond = clock.stepsPerSecond() * tokensPerStep
  const memoryBytes = process.memoryUsage.rss()
  return {
    kind: 'step',
    step,
    tokens,
    elapsedMs: clock.elapsedMs,
    ...{ lossNats, gradNorm, learningRate, tokensPerSecond, memoryBytes },
  }
}
