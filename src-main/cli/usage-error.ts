import { exitCodes } from './exit-codes'

export type UsageCode =
  | 'arguments.unknownCommand'
  | 'arguments.unknownOption'
  | 'arguments.missing'
  | 'arguments.surplus'
  | 'arguments.repeated'
  | 'arguments.invalid'
  | 'arguments.outOfRange'
  | 'arguments.needsYes'
  | 'trash.notFound'
  | 'trash.ambiguous'

/** What only the command line can be asked wrongly: one sentence for the person, a code for a script. */
export class UsageError extends Error {
  readonly code: UsageCode

  constructor(code: UsageCode, message: string) {
    super(message)
    this.code = code
  }

  get exitCode(): number {
    return this.code.startsWith('arguments.') ? exitCodes.usage : exitCodes.precondition
  }
}
