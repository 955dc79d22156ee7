import type { JobTask } from '../../backend/jobs/protocol'
import { measureStep } from '../measure'
import { openEngine } from '../runtime/engine'
import type { Emit } from './emit'

type ProbeTask = Extract<JobTask, { kind: 'probe' }>

/** Fails with the reason where the engine cannot be used. A library or a driver that crashes takes only this process. */
export async function runProbe({ engineOptions, measure }: ProbeTask, emit: Emit): Promise<void> {
  // Compiles nothing.
  const engine = await openEngine({ ...engineOptions, programsDir: undefined })
  const { version, location, hardware } = engine
  const stepMs = measure ? await measureStep(engine) : null
  await emit({ kind: 'probed', version, location, hardware, stepMs })
}
