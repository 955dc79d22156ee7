import type { JobTask } from '../../backend/jobs/protocol'
import { probeEngines } from '../runtime/engine'
import type { Emit } from './emit'

type ProbeTask = Extract<JobTask, { kind: 'probe' }>

export async function runProbe({ engineOptions }: ProbeTask, emit: Emit): Promise<void> {
  await emit({ kind: 'probed', engines: await probeEngines(engineOptions) })
}
