import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobTask } from '../../backend/jobs/protocol'
import { writeFileAtomic } from '../files'
import { train } from '../train'
import type { Emit } from './emit'

type TrainTask = Extract<JobTask, { kind: 'train' }>

export async function runTrain(task: TrainTask, emit: Emit, signal: AbortSignal): Promise<void> {
  await prepareFolder(task)
  // The loop goes on only when the backend keeps up: emit waits where too much is under way.
  for await (const event of train({ ...task, tokenizedDir: task.runDir }, signal)) await emit(event)
}

/** The configuration, for whoever looks into the folder. */
async function prepareFolder({ runDir, config }: TrainTask): Promise<void> {
  await mkdir(runDir, { recursive: true })
  const configPath = join(runDir, 'config.json')
  if (!(await exists(configPath))) await writeFileAtomic(configPath, JSON.stringify(config, null, 2))
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}
