import { access, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../src-preload/contract/errors'
import type { JobTask } from '../../backend/jobs/protocol'
import { sha256Of, writeFileAtomic } from '../files'
import { train } from '../train'
import type { Emit } from './emit'

type TrainTask = Extract<JobTask, { kind: 'train' }>

export async function runTrain(task: TrainTask, emit: Emit, signal: AbortSignal): Promise<void> {
  await prepareFolder(task)
  // The loop goes on only when the backend keeps up: emit waits where too much is under way.
  for await (const event of train(task, signal)) await emit(event)
}

/** A run outlives its text: it keeps its own tokenizer, and the configuration for whoever looks into the folder. */
async function prepareFolder({ runDir, tokenizedDir, config }: TrainTask): Promise<void> {
  await mkdir(runDir, { recursive: true })
  const own = join(runDir, 'tokenizer.json')
  const source = join(tokenizedDir, 'tokenizer.json')
  if (!(await exists(own))) {
    await writeFileAtomic(own, await readFile(source))
  } else if ((await sha256Of(own)) !== (await sha256Of(source))) {
    // The text was tokenized anew and differently: its ids mean other pieces than the weights have learned.
    throw new AppError('tokenizer.damaged', { file: 'tokenizer.json' })
  }
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
