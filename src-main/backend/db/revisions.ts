import type { Db } from './connection'
import { all, tables } from './query'
import type { RevisionsTable } from './schema'

type Topic = RevisionsTable['topic']

/** How often each list has changed, in this process and in all others on the same profile. */
export function revisionsOf(db: Db): Record<Topic, number> {
  const rows = all(db, tables.selectFrom('revisions').select(['topic', 'last']))
  return Object.fromEntries(rows.map(({ topic, last }) => [topic, last])) as Record<Topic, number>
}
