import type { JobTask } from '../../backend/jobs/protocol'
import { timeSteps } from '../time-steps'
import type { Emit } from './emit'

type TimeTask = Extract<JobTask, { kind: 'time' }>

export async function runTime(task: TimeTask, emit: Emit, signal: AbortSignal): Promise<void> {
  // The process began for this.
  for await (const times of timeSteps(task, signal, 0)) await emit({ kind: 'timed', times })
}
