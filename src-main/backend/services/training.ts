import { AppError } from '../../../src-preload/contract/errors'
import type { ResumedFrom } from '../../../src-preload/contract/records/checkpoints'
import type { EngineId } from '../../../src-preload/contract/records/computer'
import type { RunConfig } from '../../../src-preload/contract/records/run-config'
import type { RunEnding, RunStage, RunState } from '../../../src-preload/contract/records/runs'
import type { ByteProgress } from '../../../src-preload/contract/wire'
import { afterOutOfMemory, type Trials } from '../../plan/less-memory'
import { loweredFactor } from '../../plan/rollback'
import { findRun, runFacts, storeConfig, unasked, unowned, wishOf, type RunChanges } from '../db/runs'
import { rollbacksOf } from '../db/samples'
import { isTrainEvent, type EngineOptions, type TrainEvent } from '../jobs/protocol'
import type { Job } from '../jobs/supervisor'
import { reconcileCheckpoints } from './checkpoint-files'
import type { Context } from './context'
import { initialFolder } from './origins'
import type { RunRecorder } from './run-recorder'
import { ensureOwnTokens } from './run-tokens'
import { ensureCurrent } from './earlier-runs'

export interface Training {
  readonly runId: string
  /** Never rejects: a failure is the run's state. */
  readonly ended: Promise<void>
  /**
   * Saves after the step under way and ends. Where that step takes longer than a person waits, or saving gets no further, the
   * run ends at its last save. Asked again, the last wish counts.
   * @param wishedAt when somebody asked, where it was through another process
   */
  end(as: RunEnding, wishedAt?: number): void
  /** The program ends: the same, as somebody has wished or else paused. */
  close(): void
  /** Nobody waits any longer for its end: at its last save. */
  giveUp(): void
  /** How far saving is; null while it doesn't save. */
  saved(): ByteProgress | null
  /** The same for whoever cannot wait: killed after `graceMs`, and interrupted then. */
  endWithin(as: RunEnding, graceMs: number): void
}

type StageEvent = Extract<TrainEvent, { kind: 'stage' }>

const wantedPollMs = 1000
const settleRetryMs = 2000

export interface TrainingStart {
  readonly runId: string
  /** From its last checkpoint; else from the beginning. */
  readonly resume: boolean
  /** From its best one instead, and why. */
  readonly fromBest?: ResumedFrom['reason'] | undefined
  /** The step at which it gave up because its loss exploded: it goes on more slowly than it did then. */
  readonly divergedAt: number | null
}

/** Trains one run from where it stands: tokens first, then a job, all of it recorded. */
export function startTraining(
  context: Context,
  recorder: RunRecorder,
  { runId, resume, fromBest, divergedAt }: TrainingStart,
): Training {
  const { db } = context
  const cancel = new AbortController()
  let ending: RunEnding | null = null
  let job: Job | null = null
  let forced = null as AppError | null
  let stage: RunStage = 'preparing'
  let saved: ByteProgress | null = null
  let patience: NodeJS.Timeout | undefined
  /** Patience was over: the wish is fulfilled all the same, at the last save. */
  let cutShort = false

  const beginEnding = (as: RunEnding): void => {
    ending = as
    cancel.abort()
    job?.stop()
  }

  const giveUp = (): void => {
    cutShort = true
    job?.kill()
  }

  /** Counted anew where saving begins, gets on or ends. */
  const waitFor = (now: RunStage): void => {
    clearTimeout(patience)
    const { stepMs, savingMs } = context.patience
    patience = setTimeout(giveUp, now === 'saving' ? savingMs : stepMs)
  }

  const endPatiently = (as: RunEnding): void => {
    const isFirst = ending === null
    beginEnding(as)
    if (isFirst) waitFor(stage)
  }

  const end = (as: RunEnding, wishedAt = context.now()): void => {
    if (ending === as) return
    endPatiently(as)
    // After it was obeyed: it is, also where nothing can be written.
    recording.change({ wanted: as, wanted_at: wishedAt })
  }

  const close = (): void => {
    endPatiently(ending ?? 'paused')
  }

  const endWithin = (as: RunEnding, graceMs: number): void => {
    beginEnding(ending ?? as)
    job?.stop(graceMs)
  }

  const enter = ({ stage: next, bytes }: StageEvent): void => {
    const was = stage
    stage = next
    saved = bytes ?? null
    if (patience !== undefined && [was, next].includes('saving')) waitFor(next)
  }

  const train = async (): Promise<RunState> => {
    const { config, extensions } = factsOf(context, runId)
    const recorded = findRun(db, runId, 'any')
    if (recorded) ensureCurrent(recorded)
    recording.change({
      state: 'running',
      owner_pid: context.self.pid,
      owner_token: context.self.token,
      ...unasked,
      started_at: recorded?.startedAt ?? context.now(),
      ended_at: null,
      error_json: null,
    })
    recording.record({ kind: 'stage', stage: 'preparing', progress: null })
    // Beside the tokens, which take as long where they are new.
    const before = resume ? (recorded?.engine ?? null) : null
    context.probes.prepareFor(config.engine, before)
    await tokenize()

    const seen = { hasBegun: false, finished: false, step: 0, engine: before }
    const startFactor = divergedAt === null ? factorSoFar() : loweredFactor(factorSoFar())
    const runDir = context.paths.run(runId)
    const isChild = findRun(db, runId, 'any')?.parent != null
    const task = { kind: 'train', runDir, ...(isChild ? { initialDir: initialFolder(runDir) } : {}) } as const
    /** @param lost at which step the last job ran out of memory */
    const runJob = async (config: RunConfig, engineOptions: EngineOptions, lost: number | null): Promise<void> => {
      const learningRateFactor = Math.min(startFactor, factorSoFar())
      // What it has saved since is newer than the best state.
      const from = seen.hasBegun ? { resume: true } : { resume, fromBest }
      const how = { config, extensions, engineOptions, ...from, learningRateFactor }
      job = context.jobs.start({ ...task, ...how }, (event) => {
        if (event.kind === 'end') seen.finished = event.finished
        if (event.kind === 'step') seen.step = event.step
        if (event.kind === 'stage') enter(event)
        if (!isTrainEvent(event)) return
        recording.record(event)
        if (event.kind !== 'begin') return
        seen.engine = event.engine
        const back = { kind: 'rollback', toStep: event.step, learningRateFactor } as const
        if (lost !== null) recording.record({ ...back, step: lost, accumulation: config.accumulation })
        else if (divergedAt !== null && !seen.hasBegun)
          recording.record({ ...back, step: divergedAt, accumulation: null })
        seen.hasBegun = true
      })
      if (cancel.signal.aborted) job.stop()
      recording.change({ job_pid: job.process.pid, job_token: job.process.token })
      await job.ended
      if (forced !== null) throw forced
    }
    let fitting = config
    let options = await unlessCancelled(context.probes.optionsFor(config.engine, before), cancel.signal)
    let lost: number | null = null
    let isRetokenized = false
    for (;;) {
      try {
        await runJob(fitting, options, lost)
        break
      } catch (thrown) {
        const error = AppError.from(thrown)
        if (forced !== null || ending !== null) throw error
        if (error.code === 'engine.notKept' && options.programsDir !== undefined) {
          // Before its first step. TensorFlow reads the folder's name once: without it only another process compiles.
          options = { ...options, programsDir: undefined }
          continue
        }
        if (error.code === 'tokens.damaged' || error.code === 'tokenizer.damaged') {
          // A disk that damages them at once would do so for ever.
          if (isRetokenized) throw error
          isRetokenized = true
          lost = null
          await tokenize(error)
          continue
        }
        const less = error.code === 'memory.exhausted' ? afterOutOfMemory(fitting, trialsOf(seen.engine)) : null
        if (less === null) throw error
        // What fits is kept for later.
        fitting = { ...fitting, ...less }
        storeConfig(db, runId, fitting)
        lost = seen.step
      }
    }
    if (seen.finished) return 'done'
    return ending ?? 'interrupted'
  }

  const factorSoFar = (): number => rollbacksOf(db, runId).at(-1)?.learningRateFactor ?? 1

  /** @param engine that ran out of memory; null: before it was open, or nobody knows which */
  const trialsOf = (engine: EngineId | null): Trials => {
    const isTensorFlow = engine !== 'wasm' && engine !== 'webgpu'
    return { xla: isTensorFlow, bfloat16: isTensorFlow && engine !== 'cuda' && context.triesBfloat16 }
  }

  /** @param damage of the tokens that it has */
  const tokenize = async (damage?: AppError): Promise<void> => {
    const run = findRun(db, runId, 'any')
    if (run === null) throw new AppError('run.notFound')
    const onProgress = (progress: number): void => {
      recording.record({ kind: 'stage', stage: 'tokenizing', progress })
    }
    const onFacts = (changes: RunChanges): void => {
      recording.change(changes)
    }
    await ensureOwnTokens(context, { run, damage, onProgress, onFacts, signal: cancel.signal })
  }

  /** @returns the state to end in, and why */
  const outcome = async (): Promise<RunChanges> => {
    try {
      return { state: await train(), error_json: null }
    } catch (thrown) {
      // Where its start could not be written down nobody listens to it: it must not go on in this folder.
      job?.kill()
      await job?.ended.catch(() => undefined)
      const error = forced ?? AppError.from(thrown)
      if (ending !== null) {
        // Cancelled before it trained, or ended because it took too long: its last checkpoint stands.
        if (error.kind === 'cancelled' || cutShort || error.code === 'job.silent')
          return { state: ending, error_json: null }
        if (error.code === 'job.killed') return { state: 'interrupted', error_json: null }
      }
      return { state: 'failed', error_json: JSON.stringify(error.toData()) }
    }
  }

  const run = async (): Promise<void> => {
    const wishes = setInterval(() => {
      const wish = wishOf(db, runId)
      if (wish !== null) end(wish.ending, wish.at)
    }, wantedPollMs)
    const changes = await outcome()
    clearInterval(wishes)
    clearTimeout(patience)
    settle({ ...changes, ...unowned, ended_at: context.now() })
  }

  /** Writes the end state; on a full disk again and again, until there is space or the program ends. */
  const settle = (changes: RunChanges): void => {
    // Closed meanwhile: the next start finds the run "running" without an owner and calls it interrupted.
    if (!db.raw.open) return
    try {
      reconcileCheckpoints(context, runId)
      recording.change(changes)
      recording.close()
    } catch (thrown) {
      const error = AppError.from(thrown)
      context.log(error)
      recording.showFailure(error)
      setTimeout(settle, settleRetryMs, changes).unref()
    }
  }

  const recording = recorder.open(runId, (error) => {
    forced = error
    job?.stop(10_000)
    cancel.abort()
  })
  return { runId, ended: run(), end, close, giveUp, saved: () => saved, endWithin }
}

function factsOf(context: Context, runId: string) {
  const facts = runFacts(context.db, runId)
  if (facts === null) throw new AppError('run.notFound')
  return facts
}

/** Measuring an engine takes a while, and whoever wants to quit does not wait for it. */
function unlessCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = (): void => {
      reject(new AppError('cancelled'))
    }
    if (signal.aborted) cancel()
    signal.addEventListener('abort', cancel, { once: true })
    work.then(resolve, reject)
  })
}
