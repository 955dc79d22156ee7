import type Sqlite from 'better-sqlite3'
import { AppError } from '../../../src-preload/contract/errors'
import type { Migration } from './migrations/migration'

const versionOf = (raw: Sqlite.Database): number => raw.pragma('user_version', { simple: true }) as number

/**
 * Applies what is missing, each migration in its own transaction: a kill in between leaves the old or the new version.
 * Foreign keys are off meanwhile, since a table that is made anew would else take its children's rows along, and are
 * checked before each transaction ends.
 *
 * @param before called with the version found, when there are rows that something is about to change
 * @throws AppError `database.newer` {found, known} before anything is written
 */
export function migrate(
  raw: Sqlite.Database,
  migrations: readonly Migration[],
  before: (version: number) => void = () => undefined,
): void {
  const known = migrations.at(-1)?.version ?? 0
  const found = versionOf(raw)
  if (found > known) throw new AppError('database.newer', { found, known })
  if (found === known) return
  if (found > 0) before(found)
  raw.pragma('foreign_keys = OFF')
  try {
    for (const migration of migrations) if (migration.version > versionOf(raw)) apply(raw, migration)
  } finally {
    raw.pragma('foreign_keys = ON')
  }
}

function apply(raw: Sqlite.Database, { version, sql }: Migration): void {
  const work = (): void => {
    // Asked again under the lock: another process may have been first.
    if (version <= versionOf(raw)) return
    raw.exec(sql)
    const broken = raw.pragma('foreign_key_check') as { table: string }[]
    if (broken[0] !== undefined) throw new Error(`migration ${version}: rows of ${broken[0].table} lost their parent`)
    raw.pragma(`user_version = ${version}`)
  }
  raw.transaction(work).immediate()
}
