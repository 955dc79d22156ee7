import type { RunRecord, RunState } from '../../src-preload/contract/records'

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

export function isFiltered(filter: HistoryFilter): boolean {
  return filter.search.trim() !== '' || filter.corpusId !== null || filter.state !== null
}

/** Every word of the search must occur in the name, the text's name or the notes. */
function matches(run: RunRecord, filter: HistoryFilter): boolean {
  if (filter.corpusId !== null && run.corpusId !== filter.corpusId) return false
  if (filter.state !== null && run.state !== filter.state) return false
  const haystack = `${run.name}\n${run.corpus}\n${run.notes}`.toLocaleLowerCase()
  return filter.search
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word))
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
export function historyRows(
  runs: readonly RunRecord[],
  filter: HistoryFilter,
  order: HistoryOrder,
  locale: string,
): RunRecord[] {
  const words = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' })
  const direction = order.descending ? -1 : 1
  return runs
    .filter((run) => matches(run, filter))
    .sort((one, other) => {
      const [a, b] = [key(one, order.column), key(other, order.column)]
      if (a === null || b === null) return a === b ? other.createdAt - one.createdAt : a === null ? 1 : -1
      const difference = typeof a === 'string' ? words.compare(a, String(b)) : a - Number(b)
      return difference * direction || other.createdAt - one.createdAt
    })
}
