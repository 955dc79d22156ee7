import { rm } from 'node:fs/promises'
import type { ResumedFrom } from '../../../src-preload/contract/records/checkpoints'
import type { TrainEvent } from '../../backend/jobs/protocol'
import type { OpenCheckpoint } from '../checkpoint'
import type { TrainStep } from '../train-step'
import { evaluateNow } from './evaluate'
import { restore, stateToResume, weightsOf, type OwnRun } from './resume'
import { save } from './save'
import { stage, type Training } from './training'

export interface StartOptions {
  /** Continue from the newest good checkpoint of the run; from the start where there is none yet. */
  readonly resume: boolean
  /** Continue from `best`, and why; absent: only where nothing else can be used. */
  readonly fromBest?: ResumedFrom['reason'] | undefined
  /**
   * A checkpoint of another run, whose weights this one begins with. They are saved as its own before the first step, and
   * the folder is removed; so a run that has a checkpoint needs it no more.
   */
  readonly initialDir?: string | undefined
}

/** What a training begins with. */
export interface Start {
  /** null: it begins at the first step. */
  readonly resumed: OpenCheckpoint | null
  readonly resumedFrom: ResumedFrom | null
  /** Of another run. */
  readonly initial: { readonly weights: OpenCheckpoint['weights']; readonly dir: string } | null
}

/** @throws `checkpoint.damaged`, `checkpoint.missing` */
export async function startOf({ resume, fromBest, initialDir }: StartOptions, own: OwnRun): Promise<Start> {
  const found = resume ? await stateToResume(own, fromBest) : null
  const isInitial = initialDir !== undefined && found === null
  return {
    resumed: found?.checkpoint ?? null,
    resumedFrom: found?.from ?? null,
    initial: isInitial ? { weights: await weightsOf(initialDir, own), dir: initialDir } : null,
  }
}

export function writeStart({ resumed, initial }: Start, trainStep: TrainStep, own: OwnRun): void {
  restore(trainStep, own, resumed)
  if (!initial) return
  trainStep.writeWeights(initial.weights)
  initial.weights.free()
}

/** What comes before the first step. */
export async function* begin(training: Training, { resumedFrom, initial }: Start): AsyncGenerator<TrainEvent> {
  const { own, engine, run } = training
  // Before anybody hears of it: what was saved beyond this step must not be found again as the newest.
  const isEarlier = resumedFrom !== null && (resumedFrom.kind === 'best' || resumedFrom.reason === 'chosen')
  if (isEarlier || initial) yield* save(training, 'last')
  if (initial) await rm(initial.dir, { recursive: true, force: true })
  const { id, version } = engine
  yield { kind: 'begin', engine: id, version, step: run.step, elapsedMs: run.clock.elapsedMs, resumedFrom }
  yield stage('training')
  // What another run has learned is worth something before the first step.
  const isOwed = run.step > 0 ? run.step % own.config.evalInterval === 0 : initial !== null
  if (isOwed && run.valLossNats === null) yield* evaluateNow(training)
}
