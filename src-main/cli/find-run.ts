import { AppError } from '../../src-preload/contract/errors'
import type { RunRecord } from '../../src-preload/contract/records/runs'

/**
 * The run that a person means: its id, the beginning of one (with or without `run_`), or its exact name.
 *
 * @throws AppError `run.notFound`, `run.ambiguous` {runId}
 */
export function findRun(runs: readonly RunRecord[], wish: string): RunRecord {
  const exact = runs.find(({ runId }) => runId === wish)
  if (exact !== undefined) return exact
  const named = runs.filter(({ name }) => name === wish)
  const begins = (id: string): boolean => wish.length > 0 && (id.startsWith(wish) || id.startsWith(`run_${wish}`))
  const found = named.length > 0 ? named : runs.filter(({ runId }) => begins(runId))
  const [first] = found
  if (first === undefined) throw new AppError('run.notFound', { runId: wish })
  if (found.length > 1) throw new AppError('run.ambiguous', { runId: wish })
  return first
}
