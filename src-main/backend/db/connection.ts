import Sqlite from 'better-sqlite3'
import { existsSync } from 'node:fs'
import { AppError } from '../../../src-preload/contract/errors'
import { bestCopy, copyBeforeMigration, isWhole, putBack } from './copies'
import { migrate } from './migrate'
import { migrations } from './migrations/all'

/** An open database with its prepared statements, one per SQL text. */
export interface Db {
  readonly raw: Sqlite.Database
  readonly statements: Map<string, Sqlite.Statement>
}

/**
 * Opens the profile's database and brings it to this program's version. WAL alone means synchronous=NORMAL in this
 * build, which may lose the last commits at a power cut; FULL does not. secure_delete overwrites what people delete.
 *
 * @throws AppError `database.newer` {found, known}, `database.damaged`, `database.restorable`, `disk.full`
 */
export function openDatabase(file: string): Db {
  let raw: Sqlite.Database | undefined
  try {
    const opened = new Sqlite(file, { timeout: 5000 })
    raw = opened
    raw.pragma('journal_mode = WAL')
    raw.pragma('synchronous = FULL')
    raw.pragma('secure_delete = ON')
    raw.pragma('foreign_keys = ON')
    raw.pragma('trusted_schema = OFF')
    migrate(raw, migrations, (version) => {
      copyBeforeMigration(opened, version, Date.now())
    })
    return { raw, statements: new Map() }
  } catch (thrown) {
    raw?.close()
    const error = AppError.from(thrown)
    throw error.code === 'database.damaged' ? damageOf(file, thrown) : error
  }
}

const known = migrations.at(-1)?.version ?? 0

/** What can be done about a damaged database: `database.restorable` {file, copy, takenAt} or `database.damaged` {file}. */
export function damageOf(file: string, cause?: unknown): AppError {
  const copy = bestCopy(file, known)
  if (copy === null) return new AppError('database.damaged', { file }, cause)
  // In the computer's own time, in a form that every language reads.
  const local = new Date(copy.takenAt - new Date(copy.takenAt).getTimezoneOffset() * 60_000).toISOString()
  const takenAt = local.slice(0, 16).replace('T', ' ')
  return new AppError('database.restorable', { file, copy: copy.file, takenAt }, cause)
}

/** Puts the newest whole copy in place of a database that nobody has open; returns its name. @throws AppError `database.damaged` {file} */
export function restoreDatabase(file: string): string {
  const copy = bestCopy(file, known)
  if (copy === null) throw new AppError('database.damaged', { file })
  putBack(file, copy, Date.now())
  return copy.file
}

/** @returns the name of the copy; null where nothing was damaged. @throws AppError `database.damaged` {file} */
export function restoreIfDamaged(file: string): string | null {
  if (!existsSync(file) || isWhole(file)) return null
  return restoreDatabase(file)
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

/** Reads that belong together, of one moment; takes no lock, so that nobody who writes has to wait. */
export function snapshot<T>(db: Db, read: () => T): T {
  return db.raw.inTransaction ? read() : db.raw.transaction(read).deferred()
}

/** All or nothing. IMMEDIATE takes the write lock at once, so that two processes never deadlock on an upgrade. */
export function transaction<T>(db: Db, work: () => T): T {
  if (db.raw.inTransaction) return work()
  return db.raw.transaction(work).immediate()
}
