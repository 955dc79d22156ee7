import type { InstallStage } from '../../../src-preload/contract/events'
import type { JobTask } from '../../backend/jobs/protocol'
import { installEngine } from '../runtime/install/install'
import type { Emit } from './emit'

type InstallTask = Extract<JobTask, { kind: 'install' }>

const intervalMs = 100

export async function runInstall(task: InstallTask, emit: Emit, signal: AbortSignal): Promise<void> {
  let before: InstallStage | null = null
  let sentAt = 0
  const onProgress = (stage: InstallStage, doneBytes: number, totalBytes: number): void => {
    const now = performance.now()
    if (stage === before && now - sentAt < intervalMs) return
    before = stage
    sentAt = now
    void emit({ kind: 'installing', stage, doneBytes, totalBytes })
  }
  try {
    await installEngine({ ...task, signal, onProgress })
  } catch (error) {
    // Streams wrap the reason in an error of their own.
    signal.throwIfAborted()
    throw error
  }
}
