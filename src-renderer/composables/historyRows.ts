import type { RunRecord, RunState } from '../../src-preload/contract/records/runs'
import { hasEveryWord } from '../../src-preload/contract/search'

export const historyColumns = ['name', 'state', 'corpus', 'model', 'size', 'loss', 'time', 'created'] as const
export type HistoryColumn = (typeof historyColumns)[number]

export interface HistoryFilter {
  readonly search: string
  readonly corpusId: string | null
  readonly state: RunState | null
}
export const noFilter: HistoryFilter = { search: '', corpusId: null, state: null }

export interface HistoryOrder {
  readonly column: HistoryColumn
  readonly descending: boolean
}

/** What a person looks at: which rows, and how sorted. */
export interface HistoryView {
  readonly filter: HistoryFilter
  /** Runs that the backend found by their notes. */
  readonly inNotes: ReadonlySet<string>
  readonly order: HistoryOrder
  readonly locale: string
}

export function isFiltered(filter: HistoryFilter): boolean {
  return filter.search.trim() !== '' || filter.corpusId !== null || filter.state !== null
}

/** Every word of the search must occur in the name, the text's name or the notes (`inNotes`: found by the backend). */
function matches(run: RunRecord, filter: HistoryFilter, inNotes: ReadonlySet<string>): boolean {
  if (filter.corpusId !== null && run.corpusId !== filter.corpusId) return false
  if (filter.state !== null && run.state !== filter.state) return false
  return hasEveryWord(`${run.name}\n${run.corpus}`, filter.search) || inNotes.has(run.runId)
}

function key(run: RunRecord, column: HistoryColumn): string | number | null {
  switch (column) {
    case 'name':
      return run.name
    case 'state':
      return run.state
    case 'corpus':
      return run.corpus
    case 'model':
      return run.model
    case 'size':
      return run.parameterCount
    case 'loss':
      return run.bestValLossNats
    case 'time':
      return run.trainedMs
    case 'created':
      return run.createdAt
  }
}

/** The rows to show, in order. What a run does not have comes last, whichever way the column is sorted. */
export function historyRows(runs: readonly RunRecord[], { filter, order, inNotes, locale }: HistoryView): RunRecord[] {
  const words = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' })
  const direction = order.descending ? -1 : 1
  return runs
    .filter((run) => matches(run, filter, inNotes))
    .sort((one, other) => {
      const [a, b] = [key(one, order.column), key(other, order.column)]
      if (a === null || b === null) return a === b ? other.createdAt - one.createdAt : a === null ? 1 : -1
      const difference = typeof a === 'string' ? words.compare(a, String(b)) : a - Number(b)
      return difference * direction || other.createdAt - one.createdAt
    })
}
