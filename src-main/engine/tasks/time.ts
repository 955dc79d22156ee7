import type { JobTask } from '../../backend/jobs/protocol'
import { timeSteps } from '../time-steps'
import type { Emit } from './emit'

type TimeTask = Extract<JobTask, { kind: 'time' }>

export async function runTime(task: TimeTask, emit: Emit, signal: AbortSignal): Promise<void> {
  for await (const times of timeSteps(task, signal)) await emit({ kind: 'timed', times })
}
