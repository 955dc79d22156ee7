import { AppError } from '../../src-preload/contract/errors'
import type { AppEvent } from '../../src-preload/contract/events'
import type { RunDetail, RunRecord } from '../../src-preload/contract/records/runs'
import { isActive } from '../../src-preload/contract/run-state'
import type { Backend } from '../backend/backend'
import type { Options } from './arguments'
import { exitCodes } from './exit-codes'
import { interruptedCode, onInterrupt } from './interrupt'
import { jsonLine, line, note } from './output'
import { jsonProgress, textProgress } from './progress'
import { texts } from './text'

/** Signals within this time are one press of Ctrl-C: they come from the terminal, npm and its script. */
const samePressMs = 1000

/** Shows a training until its run is in an end state. Whatever else ends it early, it is saved first. */
export async function follow(
  backend: Backend,
  start: () => RunRecord | Promise<RunRecord>,
  options: Options,
): Promise<number> {
  const { runs } = backend.services
  const run = await start()
  const json = options.json === true
  const { runId, name, parameterCount } = run
  if (json) jsonLine({ type: 'start', runId, name, parameterCount, config: runs.get(runId).config })
  else line(texts.started(run))
  const progress = json ? jsonProgress() : textProgress(run, process.stdout.isTTY)

  let interrupted = false
  let pressedAt: number | null = null
  let wishSaid = false
  const stopListening = onInterrupt((why) => {
    // Only a person at the keyboard means "now, without saving": a closed terminal may say so several times.
    if (why === 'SIGINT') {
      if (pressedAt !== null && Date.now() - pressedAt >= samePressMs) process.exit(exitCodes.interrupted)
      pressedAt ??= Date.now()
    }
    if (interrupted) return
    interrupted = true
    if (!json) {
      if (process.stdout.isTTY) line('')
      note(texts.saving)
    }
    try {
      runs.pause(runId)
    } catch {
      // It has ended meanwhile; or its wish could not be stored, and it ends all the same.
    }
  })

  await new Promise<void>((resolve) => {
    const unsubscribe = backend.subscribe((event: AppEvent) => {
      if (event.topic !== 'run' || event.runId !== runId) return
      progress.event(event)
      if (event.kind === 'state' && event.run.wish !== null && !interrupted && !wishSaid && !json) {
        // From a window, or another terminal.
        wishSaid = true
        if (process.stdout.isTTY) line('')
        note(texts.wish(event.run.wish.ending))
      }
      if (event.kind !== 'state' || isActive(event.run)) return
      unsubscribe()
      resolve()
    })
  })
  progress.end()
  stopListening()
  return finish(runs.get(runId), { json, interrupted })
}

function finish(detail: RunDetail, { json, interrupted }: { json: boolean; interrupted: boolean }): number {
  const { run, config } = detail
  const { runId, state, step, maxSteps, bestValLossNats, trainLossNats, tokensPerSecond, engine, trainedMs, error } =
    run
  const facts = {
    runId,
    state,
    step,
    maxSteps,
    bestValLossNats,
    trainLossNats,
    tokensPerSecond,
    engine,
    trainedMs,
    error,
  }
  if (json) jsonLine({ type: state, ...facts })
  if (error !== null) throw AppError.fromData(error)
  if (state === 'done') {
    if (!json && step < maxSteps) line(texts.endedEarly(run, config.patience))
    if (!json) line(texts.done(run))
    return 0
  }
  if (!json) line(texts.saved(run))
  return interrupted ? interruptedCode() : exitCodes.failed
}
