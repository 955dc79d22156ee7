import { AppError } from '../../../src-preload/contract/errors'
import type { RunEvent } from '../../../src-preload/contract/events'
import type { CheckpointRecord } from '../../../src-preload/contract/records/checkpoints'
import type { EvalRow, StepRow } from '../../../src-preload/contract/records/curves'
import type { SampleRecord } from '../../../src-preload/contract/records/runs'
import { storeCheckpoint } from '../db/checkpoints'
import { transaction, type Db } from '../db/connection'
import { deleteMetricsBeyond, insertEval, insertStep, lowestEval } from '../db/metrics'
import { extendPyramid } from '../db/pyramid'
import { findRun, runFacts, updateRun, type RunChanges } from '../db/runs'
import { insertRollback, insertSample, storeTier } from '../db/samples'
import type { EvalEvent, StepEvent, TrainEvent } from '../jobs/protocol'

/**
 * The only writer of metrics. Rows are committed first and shown after that, in one beat: what a person has seen is
 * never lost. A beat is one transaction, at most four a second, and never waits longer than that for its first row.
 */
export const beatMs = 250
const rowsPerBeat = 100

/** A run's numbering goes on here after a crash: the events of its last beat may have been shown, never stored. */
export const seqGapAfterCrash = 1000

export interface RunRecording {
  record(event: TrainEvent): void
  /** Writes what is pending together with these changes, and tells every window. */
  change(changes: RunChanges): void
  /** To every window, when it cannot be written: the one thing that is shown before it is stored. */
  showFailure(error: AppError): void
  close(): void
}

export interface RunRecorder {
  /** For the length of a training; `onError` hears of the first write that failed (a full disk). */
  open(runId: string, onError: (error: AppError) => void): RunRecording
  /** Changes a run whether or not it is being recorded; its state goes to every window. */
  change(runId: string, changes: RunChanges): void
}

type Write = (db: Db) => void

/**
 * Its numbers, each finite: SQLite has no NaN and JSON no infinity, and an exploding gradient norm is no reason to lose
 * the row that shows it.
 */
function numbersOf<T extends StepEvent | EvalEvent>(event: T): Omit<T, 'kind'> {
  const numbers = Object.entries(event).filter(([key]) => key !== 'kind') as [string, number][]
  return Object.fromEntries(
    numbers.map(([key, value]) => [key, Number.isFinite(value) ? value : Number.MAX_VALUE]),
  ) as unknown as Omit<T, 'kind'>
}

/** What was logged after `step` never happened: training goes on from there. */
function forgetBeyond(db: Db, runId: string, step: number): void {
  // At step 0 an evaluation of the untrained model may be there too: it will come again.
  deleteMetricsBeyond(db, runId, step === 0 ? -1 : step)
  updateRun(db, runId, { best_val_loss_nats: lowestEval(db, runId) })
}

export function createRecorder(db: Db, emit: (event: RunEvent) => void, now: () => number): RunRecorder {
  const live = new Map<string, RunRecording>()

  const stateEvent = (runId: string, seq: number): RunEvent | null => {
    const run = findRun(db, runId, 'any')
    return run === null ? null : { topic: 'run', runId, seq, kind: 'state', run }
  }

  /** Training time as it is now: whoever shows it lets it run on from here. */
  const clock = (elapsedMs: number) => ({ trained_ms: elapsedMs, trained_at: now() }) satisfies RunChanges

  const open = (runId: string, onError: (error: AppError) => void): RunRecording => {
    let seq = runFacts(db, runId)?.seq ?? 0
    let writes: Write[] = []
    let shown: RunEvent[] = []
    let changes: RunChanges = {}
    let lastBeat = 0
    let timer: NodeJS.Timeout | undefined
    let failed = false

    /** @throws AppError when the database cannot take it; what is pending stays pending */
    const flush = (): void => {
      clearTimeout(timer)
      timer = undefined
      lastBeat = performance.now()
      if (writes.length > 0 || Object.keys(changes).length > 0) {
        transaction(db, () => {
          for (const write of writes) write(db)
          extendPyramid(db, runId)
          updateRun(db, runId, { ...changes, seq })
        })
      }
      const out = shown
      writes = []
      shown = []
      changes = {}
      for (const event of out) emit(event)
    }

    const beat = (): void => {
      try {
        flush()
      } catch (error) {
        if (failed) return
        failed = true
        onError(AppError.from(error))
      }
    }

    const schedule = (): void => {
      const wait = beatMs - (performance.now() - lastBeat)
      if (wait <= 0 || writes.length >= rowsPerBeat) beat()
      else timer ??= setTimeout(beat, wait)
    }

    const show = (event: RunEvent): void => {
      shown.push(event)
    }

    const handlers: { [K in TrainEvent['kind']]: (event: Extract<TrainEvent, { kind: K }>) => void } = {
      stage: ({ stage, progress }) => {
        // Only the newest of a stage matters, and it is not stored.
        shown = shown.filter((event) => event.kind !== 'stage' || event.stage !== stage)
        show({ topic: 'run', runId, seq: ++seq, kind: 'stage', stage, progress })
      },
      begin: ({ engine, version, step, elapsedMs, resumedFrom }) => {
        writes.push((database) => {
          forgetBeyond(database, runId, step)
        })
        const from = resumedFrom === null ? null : JSON.stringify(resumedFrom)
        change({ engine, engine_version: version, step, resumed_json: from, ...clock(elapsedMs) })
      },
      rollback: ({ step, toStep, learningRateFactor, accumulation }) => {
        const rollback = { step, toStep, learningRateFactor, accumulation }
        writes.push((database) => {
          forgetBeyond(database, runId, rollback.toStep)
          insertRollback(database, runId, rollback)
        })
        Object.assign(changes, { step: rollback.toStep } satisfies RunChanges)
        show({ topic: 'run', runId, seq: ++seq, kind: 'rollback', rollback })
        beat()
        // The best loss may be among what is gone, and lists do not fetch a run again.
        const event = failed ? null : stateEvent(runId, ++seq)
        if (event !== null) emit(event)
      },
      step: (event) => {
        const row: StepRow = { ...numbersOf(event), seq: ++seq }
        writes.push((database) => {
          insertStep(database, runId, row)
        })
        Object.assign(changes, {
          step: row.step,
          train_loss_nats: row.lossNats,
          tokens_per_second: row.tokensPerSecond,
          ...clock(row.elapsedMs),
        } satisfies RunChanges)
        const last = shown.at(-1)
        if (last?.kind === 'steps') shown[shown.length - 1] = { ...last, seq: row.seq, rows: [...last.rows, row] }
        else show({ topic: 'run', runId, seq: row.seq, kind: 'steps', rows: [row] })
      },
      eval: (event) => {
        const row: EvalRow = { ...numbersOf(event), seq: ++seq }
        writes.push((database) => {
          insertEval(database, runId, row)
          updateRun(database, runId, { best_val_loss_nats: lowestEval(database, runId) })
        })
        Object.assign(changes, clock(row.elapsedMs))
        show({ topic: 'run', runId, seq: row.seq, kind: 'eval', row })
      },
      sample: ({ step, prompt, text }) => {
        const sample: SampleRecord = { step, prompt, text, at: now() }
        const own = ++seq
        writes.push((database) => {
          insertSample(database, runId, own, sample)
        })
        show({ topic: 'run', runId, seq: own, kind: 'sample', sample })
      },
      tier: ({ step, tier, precision, timings }) => {
        const change = { step, tier, precision, timings }
        writes.push((database) => {
          storeTier(database, runId, change)
        })
        show({ topic: 'run', runId, seq: ++seq, kind: 'tier', ...change })
      },
      checkpoint: ({ checkpoint: kind, step, elapsedMs, valLossNats, sizeBytes }) => {
        const checkpoint: CheckpointRecord = { kind, step, valLossNats, savedAt: now(), sizeBytes }
        writes.push((database) => {
          storeCheckpoint(database, runId, checkpoint)
        })
        Object.assign(changes, clock(elapsedMs))
        show({ topic: 'run', runId, seq: ++seq, kind: 'checkpoint', checkpoint })
        // Its file is there: the row follows at once, so that a crash finds both.
        beat()
      },
      end: ({ step, elapsedMs }) => {
        Object.assign(changes, { step, ...clock(elapsedMs) } satisfies RunChanges)
        beat()
      },
    }

    const record = (event: TrainEvent): void => {
      if (failed) return
      ;(handlers[event.kind] as (event: TrainEvent) => void)(event)
      schedule()
    }

    const change = (more: RunChanges): void => {
      Object.assign(changes, more)
      seq++
      flush()
      const event = stateEvent(runId, seq)
      if (event !== null) emit(event)
    }

    const showFailure = (error: AppError): void => {
      const event = stateEvent(runId, ++seq)
      if (event?.kind === 'state') emit({ ...event, run: { ...event.run, state: 'failed', error: error.toData() } })
    }

    const close = (): void => {
      beat()
      live.delete(runId)
    }

    const recording: RunRecording = { record, change, showFailure, close }
    live.set(runId, recording)
    return recording
  }

  const change = (runId: string, changes: RunChanges): void => {
    const recording = live.get(runId)
    if (recording !== undefined) {
      recording.change(changes)
      return
    }
    const seq = transaction(db, () => {
      const next = Math.max(changes.seq ?? 0, runFacts(db, runId)?.seq ?? 0) + 1
      updateRun(db, runId, { ...changes, seq: next })
      return next
    })
    const event = stateEvent(runId, seq)
    if (event !== null) emit(event)
  }

  return { open, change }
}
