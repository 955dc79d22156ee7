import type { RunRecord } from '../../src-preload/contract/records/runs'
import type { Comparison } from '../stores/compare'
import { bestEval } from './verdict'

export const resultRows = ['loss', 'guess', 'bitsPerByte', 'accuracy', 'parameters', 'steps', 'speed', 'time'] as const
export type ResultRow = (typeof resultRows)[number]

export interface Result {
  readonly row: ResultRow
  /** One a run, in their order; null where a run has none. */
  readonly values: readonly (number | null)[]
  /** Index of the best value; null where better has no meaning or all are equal. */
  readonly best: number | null
}

/** Rows in which less is better, and in which more is; the others just differ. */
const betterLow: readonly ResultRow[] = ['loss', 'guess', 'bitsPerByte']
const betterHigh: readonly ResultRow[] = ['accuracy', 'speed']

function valueOf(row: ResultRow, run: RunRecord, evals: Comparison['curves'][number]['evals']): number | null {
  const best = bestEval(evals)
  switch (row) {
    case 'loss':
      return best?.valLossNats ?? run.bestValLossNats
    case 'guess':
      return best?.perplexity ?? null
    case 'bitsPerByte':
      return best?.bitsPerByte ?? null
    case 'accuracy':
      return best?.accuracy ?? null
    case 'parameters':
      return run.parameterCount
    case 'steps':
      return run.step
    case 'speed':
      return run.tokensPerSecond
    case 'time':
      return run.trainedMs
  }
}

function bestOf(row: ResultRow, values: readonly (number | null)[]): number | null {
  const sign = betterLow.includes(row) ? 1 : betterHigh.includes(row) ? -1 : 0
  if (sign === 0) return null
  const known = values.filter((value) => value !== null)
  if (known.length < 2 || new Set(known).size === 1) return null
  const best = Math.min(...known.map((value) => value * sign))
  return values.findIndex((value) => value !== null && value * sign === best)
}

/** The results of runs side by side; every quality is taken from the test at which the run was at its best. */
export function compareResults(comparison: Comparison): Result[] {
  return resultRows.map((row) => {
    const values = comparison.runs.map((run, i) => valueOf(row, run, comparison.curves[i]?.evals ?? []))
    return { row, values, best: bestOf(row, values) }
  })
}
