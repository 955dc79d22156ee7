import { AppError, type ErrorKind } from '../../src-preload/contract/errors'
import { quietWhenReaderIsGone } from './output'
import { errorSentence } from './text'

/** Documented in `--help`. */
export const exitCodes = { failed: 1, usage: 2, precondition: 3, resource: 4, interrupted: 130 } as const

const codeOfKind: Readonly<Record<ErrorKind, number>> = {
  validation: exitCodes.usage,
  precondition: exitCodes.precondition,
  cancelled: exitCodes.interrupted,
  resource: exitCodes.resource,
  external: exitCodes.failed,
  internal: exitCodes.failed,
}

/** One sentence on standard error, no stack; the code tells a script what kind of thing it was. */
export function reportError(thrown: unknown): number {
  const error = AppError.from(thrown)
  process.stderr.write(`${errorSentence(error.toData())}\n`)
  return codeOfKind[error.kind]
}

/** Ends the process with what a command resolves to. */
export function exitWith(command: Promise<number>): void {
  quietWhenReaderIsGone()
  void command.catch(reportError).then((code) => {
    // Standard output may be a pipe, which is asynchronous: leaving at once would cut it off.
    process.stdout.write('', () => process.exit(code))
  })
}
