import { AppError } from '../../../../src-preload/contract/errors'
import { LibraryError } from '../library-error'

/**
 * What a trial of a kernel that failed says of it.
 * @throws what is no word of the library's on the kernel; AppError `memory.exhausted`
 */
export function problemOf(thrown: unknown): string {
  const error = AppError.from(thrown)
  // Another time there may be more memory: what a step is made of must not depend on that.
  if (!(thrown instanceof LibraryError) || error.code === 'memory.exhausted') throw error
  return JSON.stringify(error.toData())
}
