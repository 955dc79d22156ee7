import { AppError } from '../../../src-preload/contract/errors'

/** What the library that computes reports itself: it cannot do something here, or has run out of something. */
export class LibraryError extends AppError {}

/**
 * Whether an attempt failed because the library cannot do it here, or because memory was short: then another way to compute
 * the same is taken. Anything else is a fault of this program, and is thrown on.
 */
export const isRefusal = (thrown: unknown): boolean =>
  thrown instanceof LibraryError || AppError.from(thrown).code === 'memory.exhausted'
