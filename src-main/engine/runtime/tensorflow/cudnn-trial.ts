import { AppError } from '../../../../src-preload/contract/errors'

/**
 * What a trial of a kernel that failed says of it.
 * @throws AppError `memory.exhausted`
 */
export function problemOf(thrown: unknown): string {
  const error = AppError.from(thrown)
  // Another time there may be more: what a step is made of must not depend on that.
  if (error.code === 'memory.exhausted') throw error
  return JSON.stringify(error.toData())
}
