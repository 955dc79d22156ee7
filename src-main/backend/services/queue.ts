import { stepsForSpeed, timeLeftMs } from '../../../src-preload/contract/durations'
import type { QueueState } from '../../../src-preload/contract/records/queue'
import { estimateTime } from '../../plan/time'
import { asTried } from '../../plan/execution'
import { stepCurve } from '../db/metrics'
import { findRun, runFacts } from '../db/runs'
import { readSettings } from '../db/settings'
import type { Context } from './context'
import type { Timings } from './timings'
import type { TrainingQueue } from './training-queue'

export type QueueService = ReturnType<typeof createQueue>

/** Curves are thinned to about so many points; their last ones say how fast a training is now. */
const curvePoints = 200

/** The runs that wait: in which order, and when each starts. */
export function createQueue(context: Context, queue: TrainingQueue, timings: Timings) {
  const { db } = context

  /** Of the training under way, at its speed now; before that is known as planned. */
  const leftMs = (runId: string): number | null => {
    const run = findRun(db, runId, 'any')
    if (run === null) return null
    const rows = stepCurve(db, runId, curvePoints).slice(-stepsForSpeed.atMost)
    const [first, last] = [rows[0], rows.at(-1)]
    if (rows.length >= stepsForSpeed.atLeast && first && last) return timeLeftMs(first, last, run.maxSteps)
    return plannedMs(runId)
  }

  /** What is left of a run as far as such runs were measured; null: none like it was. */
  const plannedMs = (runId: string): number | null => {
    const [run, facts] = [findRun(db, runId, 'any'), runFacts(db, runId)]
    if (run === null || facts === null) return null
    // An extended run has more steps than its settings say.
    const config = { ...asTried(facts.config, context.triesBfloat16), maxSteps: run.maxSteps }
    const timed = {
      ...{ config, vocabSize: facts.vocabSize, parameterCount: run.parameterCount },
      valTokens: facts.trainTokens / 9,
      bytesToTokenize: 0,
    }
    const estimate = estimateTime(timed, timings.evidence(config.engine))
    return estimate && estimate.likelyMs * (1 - run.step / run.maxSteps)
  }

  const get = (): QueueState => {
    const { queuePaused: paused } = readSettings(db)
    const current = queue.current()
    let at: number | null = paused ? null : context.now()
    const wait = (ms: number | null): void => {
      at = at === null || ms === null ? null : at + ms
    }
    if (current !== null) wait(leftMs(current))
    const entries = queue.waiting().map((runId) => {
      const startsAt = at === null ? null : Math.round(at)
      wait(plannedMs(runId))
      return { runId, startsAt }
    })
    return { paused, entries }
  }

  const move = (runId: string, to: number): QueueState => {
    queue.move(runId, to)
    return get()
  }

  return { get, move }
}
