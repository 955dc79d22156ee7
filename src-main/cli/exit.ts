import { AppError, type ErrorData, type ErrorKind } from '../../src-preload/contract/errors'
import { logError } from '../backend/log-file'
import { profileDirFrom } from '../backend/places'
import { profilePaths } from '../backend/services/context'
import { exitCodes } from './exit-codes'
import { interruptedCode, watchInterruptions } from './interrupt'
import { jsonLine, note } from './output'
import { errorSentence } from './error-text'
import { texts } from './text'
import { UsageError } from './usage-error'

const codeOfKind = (kind: ErrorKind): number => {
  switch (kind) {
    case 'validation':
      return exitCodes.usage
    case 'precondition':
      return exitCodes.precondition
    case 'resource':
      return exitCodes.resource
    case 'cancelled':
      return interruptedCode()
    case 'external':
    case 'internal':
      return exitCodes.failed
  }
}

/** One sentence on standard error, or one object on standard output; never a stack. */
function report(thrown: unknown, json: boolean): number {
  if (thrown instanceof UsageError) {
    const { code, message } = thrown
    if (json) jsonLine({ type: 'error', code, message })
    else note(thrown.exitCode === exitCodes.usage ? `${message} ${texts.seeHelp}` : message)
    return thrown.exitCode
  }
  const error = AppError.from(thrown)
  const { code, params } = logged(error)
  const message = errorSentence({ code, params })
  if (json) jsonLine({ type: 'error', code, message, params })
  else note(message)
  return codeOfKind(error.kind)
}

/** What nobody expected is written down for whoever mends it; only a log that was written is named. */
function logged(error: AppError): ErrorData {
  if (error.code !== 'internal') return error.toData()
  const log = logError(profilePaths(profileDirFrom(process.env)).logs, error)
  if (log === null) return { code: 'internal.notLogged', params: error.params }
  return { code: 'internal', params: { log } }
}

/** Ends the process with what a command resolves to. */
export function exitWith(command: () => Promise<number>, { json }: { json: boolean }): void {
  watchInterruptions()
  void command()
    .catch((thrown: unknown) => report(thrown, json))
    .then((code) => {
      // Standard output may be a pipe, which is asynchronous: leaving at once would cut it off.
      process.stdout.write('', () => process.exit(code))
    })
}
