import { AppError } from '../../src-preload/contract/errors'
import type { RunState } from '../../src-preload/contract/records/runs'
import { isActive } from '../../src-preload/contract/run-state'
import type { Backend } from '../backend/backend'
import type { Arguments } from './arguments'
import { confirmed } from './confirm'
import { findRun } from './find-run'
import { interruptedCode, onInterrupt } from './interrupt'
import { jsonLine, line, note } from './output'
import { texts } from './text'
import { nameOf } from './values'

export function rename(backend: Backend, { operands: [wish = '', wished = ''], options }: Arguments): number {
  const name = nameOf(wished)
  const { runs } = backend.services
  const { runId, name: before } = findRun(runs.list(), wish)
  runs.update({ runId, name })
  if (options.json === true) jsonLine({ type: 'renamed', runId, name })
  else line(texts.renamed(before, name))
  return 0
}

export async function remove(backend: Backend, { operands: [wish = ''], options }: Arguments): Promise<number> {
  const { runs } = backend.services
  const { runId, name } = findRun(runs.list(), wish)
  if (!(await confirmed(texts.askDelete(name), options))) {
    line(texts.notDeleted)
    return 0
  }
  await runs.delete(runId)
  if (options.json === true) jsonLine({ type: 'deleted', runId, name })
  else line(texts.deleted(name, runId))
  return 0
}

export const pause = (backend: Backend, args: Arguments): Promise<number> => end(backend, args, 'paused')
export const stop = (backend: Backend, args: Arguments): Promise<number> => end(backend, args, 'stopped')

/** Asks the process that trains the run, in a window or another terminal, and waits until it has saved. */
async function end(
  backend: Backend,
  { operands: [wish = ''], options }: Arguments,
  as: 'paused' | 'stopped',
): Promise<number> {
  const { runs } = backend.services
  const found = findRun(runs.list(), wish)
  const { runId, name } = found
  if (isActive(found)) {
    if (as === 'paused') runs.pause(runId)
    else runs.stop(runId)
    if (options['no-wait'] === true) {
      if (options.json === true) jsonLine({ type: 'requested', runId, wanted: as })
      else line(texts.requested(name, as))
      return 0
    }
    if (options.json !== true) note(texts.waitingForSave(name))
    if (!(await settled(backend, runId))) return interruptedCode()
  } else if (as === 'stopped') runs.stop(runId)
  else throw new AppError('run.notActive', { runId })
  const { run } = runs.get(runId)
  const { state, step, error } = run
  if (options.json === true) jsonLine({ type: state, runId, step })
  else line(texts.ended(run))
  if (error !== null) throw AppError.fromData(error)
  return hasEndedAs(state, as)
}

/** It may have reached its last step while it was being asked. */
const hasEndedAs = (state: RunState, as: RunState): number => (state === as || state === 'done' ? 0 : 1)

/** True when the run is in an end state; false when the person would not wait for that. */
function settled(backend: Backend, runId: string): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (ended: boolean): void => {
      unsubscribe()
      stopListening()
      resolve(ended)
    }
    const look = (): void => {
      if (!isActive(backend.services.runs.get(runId).run)) finish(true)
    }
    // `changed` comes when another process on this profile has written something.
    const unsubscribe = backend.subscribe((event) => {
      if (event.topic === 'changed' || event.topic === 'run') look()
    })
    const stopListening = onInterrupt(() => {
      note(texts.requestStands)
      finish(false)
    })
    look()
  })
}
