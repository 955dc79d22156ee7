import Sqlite from 'better-sqlite3'
import { AppError } from '../../../src-preload/contract/errors'
import { migrate } from './migrate'
import { migrations } from './migrations/all'

/** An open database with its prepared statements, one per SQL text. */
export interface Db {
  readonly raw: Sqlite.Database
  readonly statements: Map<string, Sqlite.Statement>
}

const damaged = new Set(['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SQLITE_FORMAT'])

/**
 * Opens the profile's database and brings it to this program's version. WAL alone means synchronous=NORMAL in this
 * build, which may lose the last commits at a power cut; FULL does not. secure_delete overwrites what people delete.
 *
 * @throws AppError `database.newer` {found, known}, `database.damaged` {file}, `disk.full`
 */
export function openDatabase(file: string): Db {
  let raw: Sqlite.Database | undefined
  try {
    raw = new Sqlite(file, { timeout: 5000 })
    raw.pragma('journal_mode = WAL')
    raw.pragma('synchronous = FULL')
    raw.pragma('secure_delete = ON')
    raw.pragma('foreign_keys = ON')
    raw.pragma('trusted_schema = OFF')
    migrate(raw, migrations)
    return { raw, statements: new Map() }
  } catch (error) {
    raw?.close()
    if (error instanceof Sqlite.SqliteError && damaged.has(error.code.replace(/^(SQLITE_[A-Z]+)_.*$/, '$1'))) {
      throw new AppError('database.damaged', { file }, error)
    }
    throw AppError.from(error)
  }
}

/** Empties the write-ahead log: what secure_delete overwrote lives on in it. Another process that reads may prevent it. */
export function truncateLog(db: Db): void {
  db.raw.pragma('wal_checkpoint(TRUNCATE)')
}

export function closeDatabase(db: Db): void {
  if (!db.raw.open) return
  db.statements.clear()
  truncateLog(db)
  db.raw.close()
}

/** All or nothing. IMMEDIATE takes the write lock at once, so that two processes never deadlock on an upgrade. */
export function transaction<T>(db: Db, work: () => T): T {
  if (db.raw.inTransaction) return work()
  return db.raw.transaction(work).immediate()
}
