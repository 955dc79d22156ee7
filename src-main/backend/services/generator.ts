import { AppError } from '../../../src-preload/contract/errors'
import type { CheckpointKind } from '../../../src-preload/contract/records/checkpoints'
import type { Sampling } from '../../../src-preload/contract/records/conversations'
import type { JobEvent } from '../jobs/protocol'
import type { Job } from '../jobs/supervisor'
import type { Context } from './context'

export type Generated = Extract<JobEvent, { kind: 'generated' }>

export interface GenerateRequest {
  readonly runId: string
  readonly checkpoint: CheckpointKind
  /** Step of the checkpoint as its row says: a newer one is loaded afresh. */
  readonly step: number
  readonly generationId: string
  readonly prompt: string
  readonly sampling: Sampling
}

export interface Generator {
  /**
   * Streams to `onText`; resolves with the last event. The loaded model stays warm for the next prompt.
   *
   * @throws AppError `generation.busy` while another one writes, or what the job says
   */
  generate(request: GenerateRequest, onText: (event: Generated) => void): Promise<Generated>
  /** Ends it after the token under way; where that takes longer than a person waits, with the text so far. */
  stop(generationId: string): void
  /** The run is deleted: its answer ends as if it had been stopped, and its model is unloaded. */
  release(runId: string): void
  close(): void
}

/** A loaded model holds memory that a training could use. */
const idleMs = 60_000

interface Warm {
  readonly key: string
  readonly runId: string
  readonly job: Job
  /** Unload it when its answer has ended. */
  released: boolean
}

interface Active {
  readonly generationId: string
  readonly onText: (event: Generated) => void
  readonly resolve: (last: Generated) => void
}

export function createGenerator(context: Context): Generator {
  let warm: Warm | null = null
  let active: Active | null = null
  let idle: NodeJS.Timeout | undefined
  /** Somebody has asked for the end of the active one: whatever ends it then, it was cancelled. */
  let stopping: NodeJS.Timeout | undefined

  const unload = (): void => {
    clearTimeout(idle)
    warm?.job.kill()
    warm = null
  }

  const load = ({ runId, checkpoint, step }: GenerateRequest): Warm => {
    const key = `${runId} ${checkpoint} ${step}`
    if (warm?.key === key) return warm
    unload()
    const runDir = context.paths.run(runId)
    const task = { kind: 'generate' as const, runDir, checkpoint, engineOptions: context.probes.optionsToTalk() }
    const job = context.jobs.start(task, (event) => {
      if (event.kind !== 'generated' || event.generationId !== active?.generationId) return
      if (event.end === null) active.onText(event)
      else active.resolve(event)
    })
    const loaded: Warm = { key, runId, job, released: false }
    warm = loaded
    const forget = () => {
      if (warm === loaded) warm = null
    }
    job.ended.then(forget, forget)
    return loaded
  }

  const generate = async (request: GenerateRequest, onText: (event: Generated) => void): Promise<Generated> => {
    if (active !== null) throw new AppError('generation.busy')
    clearTimeout(idle)
    const { generationId, prompt, sampling } = request
    const loaded = load(request)
    const { job } = loaded
    try {
      return await new Promise<Generated>((resolve, reject) => {
        active = { generationId, onText, resolve }
        const lost = (error: unknown): void => {
          reject(stopping === undefined ? AppError.from(error) : new AppError('cancelled'))
        }
        job.ended.then(() => {
          lost(new AppError('job.killed', { signal: 'exit 0' }))
        }, lost)
        job.send({ kind: 'generate', generationId, prompt, sampling })
      })
    } finally {
      clearTimeout(stopping)
      stopping = undefined
      active = null
      if (loaded.released) unload()
      else idle = setTimeout(unload, idleMs)
    }
  }

  const stop = (generationId: string): void => {
    if (active?.generationId !== generationId) return
    warm?.job.send({ kind: 'stopGeneration', generationId })
    stopping ??= setTimeout(unload, context.patience.stepMs)
  }

  const release = (runId: string): void => {
    if (warm?.runId !== runId) return
    warm.released = true
    if (active === null) unload()
    else stop(active.generationId)
  }

  return {
    generate,
    stop,
    release,
    close: unload,
  }
}
