import type { AppEvent } from '../../src-preload/contract/events'

/** What the shell follows of the running trainings, seen from the events that pass through. */
export interface Activity {
  readonly isTraining: boolean
  /** Share of the first running training, 0 to 1; null when none runs. */
  readonly progress: number | null
}

/** @returns a function that takes every event and tells how things stand, or null when nothing changed. */
export function followActivity(): (event: AppEvent) => Activity | null {
  const running = new Map<string, { step: number; maxSteps: number }>()
  let before = describe(running)
  return (event) => {
    if (event.topic === 'backend') running.clear()
    else if (event.topic !== 'run') return null
    else if (event.kind === 'state') {
      const { runId, state, step, maxSteps } = event.run
      if (state === 'running') running.set(runId, { step, maxSteps })
      else running.delete(runId)
    } else if (event.kind === 'steps') {
      const run = running.get(event.runId)
      if (run) run.step = event.rows.at(-1)?.step ?? run.step
    }
    const now = describe(running)
    if (now.isTraining === before.isTraining && now.progress === before.progress) return null
    before = now
    return now
  }
}

function describe(running: ReadonlyMap<string, { step: number; maxSteps: number }>): Activity {
  for (const { step, maxSteps } of running.values()) {
    // Whole percents: the taskbar shows no more, and each call reaches the window system.
    return { isTraining: true, progress: Math.min(1, Math.floor((step / Math.max(1, maxSteps)) * 100) / 100) }
  }
  return { isTraining: false, progress: null }
}
