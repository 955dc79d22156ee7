import { roundedLeftMs, stepsForSpeed, timeLeftMs, type TimedStep } from '../../src-preload/contract/durations'
import type { AppEvent, RunEvent } from '../../src-preload/contract/events'
import type { RunRecord } from '../../src-preload/contract/records/runs'
import { isActive } from '../../src-preload/contract/run-state'

/** A run that trains or waits. */
export interface ActiveRun {
  readonly runId: string
  readonly name: string
  readonly isRunning: boolean
  /** Somebody has asked for its end: it saves. */
  readonly isEnding: boolean
  /** 0 to 1, in whole percents: nothing that shows it shows more, and each call reaches the window system. */
  readonly progress: number
  /** Milliseconds as a person is told them (roundedLeftMs); null until that is known. */
  readonly leftMs: number | null
}

/** What the shell follows of the trainings, seen from the events that pass through. */
export interface Activity {
  /** Those that train, then those that wait. */
  readonly runs: readonly ActiveRun[]
  /** The run that was paused last, where nothing has begun since. */
  readonly paused: { readonly runId: string; readonly name: string } | null
}

export const noActivity: Activity = { runs: [], paused: null }
export const isTraining = ({ runs }: Activity): boolean => runs.some(({ isRunning }) => isRunning)
/** Share of the first running training; null when none runs. */
export const progressOf = ({ runs }: Activity): number | null =>
  runs.find(({ isRunning }) => isRunning)?.progress ?? null

interface Followed {
  run: RunRecord
  step: number
  recent: TimedStep[]
}

/** @returns a function that takes every event and tells how things stand, or null when nothing changed. */
export function followActivity(): (event: AppEvent) => Activity | null {
  const followed = new Map<string, Followed>()
  let paused: Activity['paused'] = null
  let before = JSON.stringify(noActivity)

  const hear = (event: RunEvent): void => {
    if (event.kind === 'state') {
      const { run } = event
      const { runId, name, step } = run
      if (isActive(run)) {
        followed.set(runId, { run, step, recent: followed.get(runId)?.recent ?? [] })
        paused = null
      } else if (followed.delete(runId) && run.state === 'paused') paused = { runId, name }
      else if (paused?.runId === runId) paused = run.state === 'paused' ? { runId, name } : null
      return
    }
    const known = followed.get(event.runId)
    if (known === undefined) return
    if (event.kind === 'steps') {
      known.recent = [...known.recent, ...event.rows].slice(-stepsForSpeed.atMost)
      known.step = event.rows.at(-1)?.step ?? known.step
    } else if (event.kind === 'rollback') {
      known.recent = []
      known.step = event.rollback.toStep
    }
  }

  return (event) => {
    if (event.topic === 'backend') followed.clear()
    else if (event.topic === 'run') hear(event)
    else return null
    const all = [...followed.values()].map(describe)
    const runs = [...all.filter(({ isRunning }) => isRunning), ...all.filter(({ isRunning }) => !isRunning)]
    const now = { runs, paused }
    const written = JSON.stringify(now)
    if (written === before) return null
    before = written
    return now
  }
}

function describe({ run, step, recent }: Followed): ActiveRun {
  const [first, last] = [recent[0], recent.at(-1)]
  const isKnown = first !== undefined && last !== undefined && recent.length >= stepsForSpeed.atLeast
  const leftMs = isKnown ? timeLeftMs(first, last, run.maxSteps) : null
  return {
    runId: run.runId,
    name: run.name,
    isRunning: run.state === 'running',
    isEnding: run.wish !== null,
    progress: Math.min(1, Math.floor((step / Math.max(1, run.maxSteps)) * 100) / 100),
    leftMs: leftMs === null ? null : roundedLeftMs(leftMs),
  }
}
