import { AppError } from '../../../src-preload/contract/errors'
import type { RunEnding } from '../../../src-preload/contract/records/runs'
import type { ByteProgress } from '../../../src-preload/contract/wire'
import { transaction } from '../db/connection'
import {
  lastQueuePosition,
  ownerOf,
  queuePosition,
  unasked,
  unowned,
  updateRun,
  wishOf,
  type RunChanges,
} from '../db/runs'
import type { Context } from './context'
import type { RunRecorder } from './run-recorder'
import { startTraining, type Training, type TrainingStart } from './training'

/** One training at a time: two on one processor are slower than one after the other. */
export interface TrainingQueue {
  /**
   * @param changes of the run, stored together with its place in the queue
   * @throws AppError `run.active` where a process has it already
   */
  add(start: TrainingStart, changes?: RunChanges): void
  /** The training or the place in the queue that this run has here. */
  has(runId: string): boolean
  /** What trains or waits here, in its order. */
  own(): string[]
  /** Those that wait, in the order in which they start. */
  waiting(): readonly string[]
  /** To this place among them, 0 for the next one. @throws AppError `run.notActive` where it doesn't wait here */
  move(runId: string, to: number): void
  /** Looks whether the next one may start: the queue is paused no more. */
  wake(): void
  /** The run that trains here, after which the next one would. */
  current(): string | null
  /**
   * Asks its training to end, or takes it out of the queue.
   * @returns when the run is in its end state. @throws at once: `run.notActive`, or what keeps the wish from being stored
   */
  end(runId: string, as: RunEnding): Promise<void>
  /** The same for whoever cannot wait: killed after `graceMs`. */
  endWithin(runId: string, as: RunEnding, graceMs: number): Promise<void>
  /** Saves what trains, for as long as that gets on; resolves when nothing runs any more. */
  close(): Promise<void>
  /** What trains ends at once, at its last save. */
  giveUp(): void
  /** How far saving what trains is; null while it isn't saved. */
  saved(): ByteProgress | null
}

export interface QueueOptions {
  /** Ends what may not run beside a training. */
  readonly beforeTraining: () => void
  /** Nothing new starts while it says so. */
  readonly isPaused: () => boolean
}

export function createTrainingQueue(
  context: Context,
  recorder: RunRecorder,
  { beforeTraining, isPaused }: QueueOptions,
): TrainingQueue {
  const waiting: TrainingStart[] = []
  let current: Training | null = null
  let closed = false

  const changed = (): void => {
    context.emit({ topic: 'changed', what: 'queue' })
  }

  const next = (): void => {
    if (current !== null || closed || isPaused()) return
    const entry = waiting.shift()
    if (entry === undefined) return
    // Another process on this profile may have asked while it waited: nobody else reads that before it trains.
    const wish = wishOf(context.db, entry.runId)
    if (wish !== null) {
      recorder.change(entry.runId, { state: wish.ending, queue_position: null, ...unowned })
      next()
      return
    }
    updateRun(context.db, entry.runId, { queue_position: null })
    changed()
    beforeTraining()
    const training = startTraining(context, recorder, entry)
    current = training
    void training.ended.then(() => {
      current = null
      next()
    })
  }

  const add = (start: TrainingStart, changes: RunChanges = {}): void => {
    const { runId } = start
    // Under the lock: another process on this profile may be starting it, and two would write into one folder.
    transaction(context.db, () => {
      if (ownerOf(context.db, runId)?.owner_pid !== null) throw new AppError('run.active', { runId })
      recorder.change(runId, {
        ...changes,
        state: 'queued',
        queue_position: placeOf(runId) ?? lastQueuePosition(context.db) + 1,
        owner_pid: context.self.pid,
        owner_token: context.self.token,
        ...unasked,
        error_json: null,
      })
    })
    const place = placeOf(runId) ?? 0
    const behind = waiting.findIndex((entry) => (placeOf(entry.runId) ?? 0) > place)
    waiting.splice(behind < 0 ? waiting.length : behind, 0, start)
    changed()
    // Later, so that whoever asked has the answer before the first event.
    setImmediate(next)
  }

  const placeOf = (runId: string): number | null => queuePosition(context.db, runId)

  const move = (runId: string, to: number): void => {
    const from = waiting.findIndex((entry) => entry.runId === runId)
    const [entry] = waiting.slice(from, from + 1)
    if (from < 0 || entry === undefined) throw new AppError('run.notActive', { runId })
    const order = waiting.filter((other) => other !== entry)
    order.splice(to, 0, entry)
    // The same places, given out anew: those that are not resumed yet keep theirs.
    const places = waiting.map((other) => placeOf(other.runId) ?? 0)
    transaction(context.db, () => {
      order.forEach((other, i) => {
        updateRun(context.db, other.runId, { queue_position: places[i] ?? 0 })
      })
    })
    waiting.splice(0, waiting.length, ...order)
    changed()
  }

  /** @param keepsPlace the program ends: who resumes the run later finds it where it was */
  const unqueue = (runId: string, as: RunEnding, keepsPlace = false): boolean => {
    const index = waiting.findIndex((entry) => entry.runId === runId)
    if (index < 0) return false
    // First: where it cannot be written, the run still waits here.
    recorder.change(runId, { state: as, ...(keepsPlace ? {} : { queue_position: null }), ...unowned })
    waiting.splice(index, 1)
    changed()
    return true
  }

  /** @returns the training, unless the run only waited */
  const take = (runId: string, as: RunEnding): Training | null => {
    if (unqueue(runId, as)) return null
    if (current?.runId !== runId) throw new AppError('run.notActive')
    return current
  }

  const end = (runId: string, as: RunEnding): Promise<void> => {
    const training = take(runId, as)
    training?.end(as)
    return training?.ended ?? Promise.resolve()
  }

  const endWithin = async (runId: string, as: RunEnding, graceMs: number): Promise<void> => {
    const training = take(runId, as)
    training?.endWithin(as, graceMs)
    await training?.ended
  }

  const has = (runId: string): boolean => current?.runId === runId || waiting.some((entry) => entry.runId === runId)

  const own = (): string[] => [...(current === null ? [] : [current.runId]), ...waiting.map(({ runId }) => runId)]

  const close = async (): Promise<void> => {
    closed = true
    while (waiting[0] !== undefined) unqueue(waiting[0].runId, 'paused', true)
    current?.close()
    await current?.ended
  }

  return {
    ...{ add, has, own, move, end, endWithin, close },
    waiting: () => waiting.map(({ runId }) => runId),
    wake: next,
    current: () => current?.runId ?? null,
    saved: () => current?.saved() ?? null,
    giveUp: () => current?.giveUp(),
  }
}
