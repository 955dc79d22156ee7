import type Sqlite from 'better-sqlite3'
import { AppError } from '../../../src-preload/contract/errors'
import type { Migration } from './migrations/migration'

const versionOf = (raw: Sqlite.Database): number => raw.pragma('user_version', { simple: true }) as number

/**
 * Applies what is missing, each migration in its own transaction: a kill in between leaves the old or the new version.
 *
 * @throws AppError `database.newer` {found, known} before anything is written
 */
export function migrate(raw: Sqlite.Database, migrations: readonly Migration[]): void {
  const known = migrations.at(-1)?.version ?? 0
  const found = versionOf(raw)
  if (found > known) throw new AppError('database.newer', { found, known })
  for (const { version, sql } of migrations) {
    if (version <= versionOf(raw)) continue
    raw
      .transaction(() => {
        // Asked again under the lock: another process may have been first.
        if (version <= versionOf(raw)) return
        raw.exec(sql)
        raw.pragma(`user_version = ${version}`)
      })
      .immediate()
  }
}
