import type { TrashItem } from '../../src-preload/contract/records/trash'
import type { Backend } from '../backend/backend'
import { megabytes } from './amounts'
import type { Arguments } from './arguments'
import { confirmed } from './confirm'
import { localTime } from './local-time'
import { json, jsonLine, line, table } from './output'
import { texts } from './text'
import { UsageError } from './usage-error'

/** Lists what was deleted and can be restored. */
export async function listTrash(backend: Backend, { options }: Arguments): Promise<number> {
  const contents = await backend.services.trash.list()
  const { items, sizeBytes } = contents
  if (options.json === true) json(contents)
  else if (items.length === 0) line(texts.trashEmpty)
  else {
    table([texts.trashColumns, ...items.map(toRow)])
    line(texts.trashSize(sizeBytes))
  }
  return 0
}

const toRow = ({ id, kind, name, deletedAt, goesAt, sizeBytes }: TrashItem): string[] => [
  id,
  texts.trashKind(kind),
  name,
  megabytes(sizeBytes),
  localTime(deletedAt),
  localTime(goesAt),
]

export async function emptyTrash(backend: Backend, { options }: Arguments): Promise<number> {
  const { trash } = backend.services
  const { items, sizeBytes } = await trash.list()
  if (items.length > 0 && !(await confirmed(texts.askEmpty(items.length, sizeBytes), options))) {
    line(texts.notDeleted)
    return 0
  }
  const result = await trash.empty(items.map(({ id }) => id))
  if (options.json === true) jsonLine({ type: 'emptied', ...result })
  else line(texts.emptied(result.removed, result.left))
  return 0
}

/** Brings back what was deleted: a run, a text or a conversation. */
export async function restore(backend: Backend, { operands: [wish = ''], options }: Arguments): Promise<number> {
  const { runs, corpora, talk, trash } = backend.services
  const { items } = await trash.list()
  const { kind, id, name } = findItem(items, wish)
  switch (kind) {
    case 'run':
      runs.restore(id)
      break
    case 'corpus':
      corpora.restore(id)
      break
    case 'conversation':
      talk.restore(id)
  }
  if (options.json === true) jsonLine({ type: 'restored', kind, id, name })
  else line(texts.restored(name))
  return 0
}

/**
 * By its id, the beginning of one (with or without what stands before the _), or its exact name.
 *
 * @throws UsageError `trash.notFound`, `trash.ambiguous`
 */
export function findItem(items: readonly TrashItem[], wish: string): TrashItem {
  const begins = ({ id }: TrashItem): boolean =>
    wish !== '' && (id.startsWith(wish) || id.slice(id.indexOf('_') + 1).startsWith(wish))
  const named = items.filter(({ id, name }) => id === wish || name === wish)
  const found = named.length > 0 ? named : items.filter(begins)
  const [first] = found
  if (first === undefined) throw new UsageError('trash.notFound', texts.notInTrash(wish))
  if (found.length > 1) throw new UsageError('trash.ambiguous', texts.severalInTrash(wish))
  return first
}
