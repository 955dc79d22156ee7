import type Sqlite from 'better-sqlite3'
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, type Compilable } from 'kysely'
import type { Db } from './connection'
import type { Schema } from './schema'

/**
 * Kysely builds and types the SQL; better-sqlite3 runs it in place. Its own driver is asynchronous, and a transaction
 * that awaits lets other requests into it.
 */
export const tables = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
})

/** A prepared statement of this database, prepared once. */
export function statement(db: Db, sql: string): Sqlite.Statement {
  let prepared = db.statements.get(sql)
  if (prepared === undefined) {
    prepared = db.raw.prepare(sql)
    db.statements.set(sql, prepared)
  }
  return prepared
}

export function all<R>(db: Db, query: Compilable<R>): R[] {
  const { sql, parameters } = query.compile()
  return statement(db, sql).all(...parameters) as R[]
}

export function first<R>(db: Db, query: Compilable<R>): R | undefined {
  const { sql, parameters } = query.compile()
  return statement(db, sql).get(...parameters) as R | undefined
}

/** Runs a change; the number of rows that it touched. */
export function run(db: Db, query: Compilable): number {
  const { sql, parameters } = query.compile()
  return statement(db, sql).run(...parameters).changes
}
