import { join } from 'node:path'
import { AppError, assertNever } from '../../src-preload/contract/errors'
import type { JobRequest, JobTask } from '../backend/jobs/protocol'
import { exitNow } from './tasks/exit-now'
import { Outbox } from './tasks/emit'
import { runGenerate } from './tasks/generate'
import { runEncodings, runImport, runReread } from './tasks/import'
import { runInstall } from './tasks/install'
import { runProbe } from './tasks/probe'
import { Prompts } from './tasks/prompts'
import { runTime } from './tasks/time'
import { runCheck, runEncode, runFit, runTokenize } from './tasks/tokenize'
import { runTrain } from './tasks/train'
import { showLife } from './tasks/show-life'
import { stayInBackground } from './tasks/background'

/**
 * A job process: one task, then it ends. Exit code 0 when the task is done or was stopped as asked, 1 after a `failed`
 * event. It ends at once when its parent does: what it saved last stands.
 */
const stop = new AbortController()
const outbox = new Outbox()
const prompts = new Prompts(stop.signal)
let started = false
showLife(join(import.meta.dirname, 'heartbeat.cjs'), process.env['HOMEGROWN_HEARTBEAT'])

async function run(task: JobTask): Promise<void> {
  switch (task.kind) {
    case 'import':
      stayInBackground()
      return runImport(task, outbox.emit, stop.signal)
    case 'reread':
      stayInBackground()
      return runReread(task, outbox.emit, stop.signal)
    case 'encodings':
      return runEncodings(task, outbox.emit)
    case 'tokenize':
      stayInBackground()
      return runTokenize(task, outbox.emit, stop.signal)
    case 'encode':
      stayInBackground()
      return runEncode(task, outbox.emit, stop.signal)
    case 'check':
      stayInBackground()
      return runCheck(task, outbox.emit, stop.signal)
    case 'fit':
      stayInBackground()
      return runFit(task, outbox.emit, stop.signal)
    case 'train':
      stayInBackground()
      return runTrain(task, outbox.emit, stop.signal)
    case 'generate':
      return runGenerate(task, outbox.emit, prompts)
    case 'install':
      stayInBackground()
      return runInstall(task, outbox.emit, stop.signal)
    case 'probe':
      return runProbe(task, outbox.emit)
    case 'time':
      stayInBackground()
      return runTime(task, outbox.emit, stop.signal)
    default:
      return assertNever(task)
  }
}

async function start(task: JobTask): Promise<void> {
  if (started) return
  started = true
  let exitCode = 0
  try {
    await run(task)
  } catch (thrown) {
    exitCode = 1
    const error =
      stop.signal.aborted && thrown === stop.signal.reason ? new AppError('cancelled') : AppError.from(thrown)
    // The stack goes to the parent's log; people read the sentence that belongs to the code.
    if (error.kind === 'internal' || error.kind === 'external') process.stderr.write(`${stackOf(error)}\n`)
    await outbox.emit({ kind: 'failed', error: error.toData() })
  }
  await outbox.flush()
  await exitNow(exitCode)
}

function stackOf(error: AppError): string {
  const cause = error.cause instanceof Error ? `\n${error.cause.stack ?? error.cause.message}` : ''
  return `${error.stack ?? error.message}${cause}`
}

process.on('message', (request: JobRequest) => {
  switch (request.kind) {
    case 'start':
      void start(request.task)
      return
    case 'stop':
      stop.abort()
      return
    case 'generate':
      prompts.add(request)
      return
    case 'stopGeneration':
      prompts.stop(request.generationId)
      return
    default:
      assertNever(request)
  }
})
process.on('disconnect', () => {
  void exitNow(0)
})
// Ctrl-C in a terminal reaches every process of the command: the parent decides what it means.
process.on('SIGINT', () => undefined)
for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    stop.abort()
  })
}
