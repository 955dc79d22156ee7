import Sqlite from 'better-sqlite3'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { closeDatabase, openDatabase, restoreDatabase } from '../../../src-main/backend/db/connection'
import { copiesOf, copyBeforeMigration, copyRegularly } from '../../../src-main/backend/db/copies'
import { migrate } from '../../../src-main/backend/db/migrate'
import { migrations } from '../../../src-main/backend/db/migrations/all'
import { readSettings } from '../../../src-main/backend/db/settings'
import { AppError } from '../../../src-preload/contract/errors'
import { openBackend } from '../services/backend'
import { temporaryFolder } from '../temporary'

const known = migrations.length

/** A database as an older version of the program left it. */
function oldDatabase(version: number): string {
  const file = join(temporaryFolder(), 'homegrown.db')
  const raw = new Sqlite(file)
  raw.pragma('journal_mode = WAL')
  migrate(raw, migrations.slice(0, version))
  raw.exec(`INSERT INTO settings VALUES ('theme', '"dark"')`)
  raw.close()
  return file
}

const names = (file: string): string[] => readdirSync(join(file, '..', 'backups'))
const versionOf = (file: string): unknown => {
  const raw = new Sqlite(file, { readonly: true })
  const version = raw.pragma('user_version', { simple: true })
  raw.close()
  return version
}
/** Bytes in the middle of the file, as a bad sector leaves them. */
function damage(file: string): void {
  const bytes = readFileSync(file)
  bytes.fill(0x5a, 20, bytes.length - 20)
  writeFileSync(file, bytes)
}
function problemOf(file: string): AppError {
  try {
    closeDatabase(openDatabase(file))
  } catch (error) {
    return AppError.from(error)
  }
  throw new Error('it opened')
}

describe('a copy before a migration', () => {
  it('is whole, of the version before, and taken once', () => {
    const file = oldDatabase(known - 1)
    closeDatabase(openDatabase(file))
    closeDatabase(openDatabase(file))
    expect(names(file)).toHaveLength(1)
    expect(names(file)[0]).toMatch(new RegExp(`^before-v${known - 1}-.*Z\\.db$`))
    const [copy] = copiesOf(file)
    expect(versionOf(copy?.file ?? '')).toBe(known - 1)
    expect(Math.abs((copy?.takenAt ?? 0) - Date.now())).toBeLessThan(60_000)
  })

  it('is not taken of a new database', () => {
    const file = join(temporaryFolder(), 'homegrown.db')
    closeDatabase(openDatabase(file))
    expect(copiesOf(file)).toEqual([])
  })

  it('is kept three times, the newest', () => {
    const file = oldDatabase(known)
    const raw = new Sqlite(file)
    for (const day of [1, 2, 3, 4, 5]) copyBeforeMigration(raw, day, Date.UTC(2026, 0, day))
    raw.close()
    expect(copiesOf(file).map(({ takenAt }) => new Date(takenAt).getUTCDate())).toEqual([5, 4, 3])
  })

  it('that cannot be taken leaves the database as it is', () => {
    const file = oldDatabase(known - 1)
    writeFileSync(join(file, '..', 'backups'), 'no folder')
    expect(() => openDatabase(file)).toThrow()
    expect(versionOf(file)).toBe(known - 1)
  })
})

describe('a regular copy', () => {
  it('is taken every six hours while the database is in use, and two are kept', async () => {
    const file = join(temporaryFolder(), 'homegrown.db')
    const db = openDatabase(file)
    const at = Date.UTC(2026, 0, 1, 12)
    await copyRegularly(db.raw, at)
    expect(copiesOf(file)).toEqual([])
    db.raw.exec(`INSERT INTO corpora (corpus_id, name, state, created_at) VALUES ('c_00000001', 'text', 'ready', 1)`)
    for (const hours of [0, 1, 5, 7, 14, 15]) await copyRegularly(db.raw, at + hours * 3_600_000)
    expect(copiesOf(file).map(({ takenAt }) => (takenAt - at) / 3_600_000)).toEqual([14, 7])
    expect(names(file)).toHaveLength(2)
    closeDatabase(db)
  })
})

it('what is gone for good is in no copy', async () => {
  const test = openBackend()
  const { corpusId } = await test.importSample()
  const file = join(test.profileDir, 'homegrown.db')
  const raw = new Sqlite(file)
  await copyRegularly(raw, Date.now())
  raw.close()
  await test.request('corpora.delete', { corpusId })
  expect(copiesOf(file)).not.toEqual([])
  await test.request('trash.empty', { ids: null })
  expect(copiesOf(file)).toEqual([])
})

describe('a damaged database', () => {
  it('names the newest whole copy, and works again when it is put back', () => {
    const file = oldDatabase(known - 1)
    closeDatabase(openDatabase(file))
    const [good] = copiesOf(file)
    // Later, and damaged itself; and one of a newer program.
    writeFileSync(join(file, '..', 'backups', 'regular-2999-01-01T00.00.00.000Z.db'), 'x'.repeat(5000))
    const newer = new Sqlite(join(file, '..', 'backups', 'regular-2998-01-01T00.00.00.000Z.db'))
    newer.pragma('user_version = 999')
    newer.close()
    damage(file)

    const problem = problemOf(file)
    expect(problem).toMatchObject({ code: 'database.restorable', params: { file, copy: good?.file } })
    expect(problem.params['takenAt']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d$/)

    restoreDatabase(file)
    const db = openDatabase(file)
    expect(readSettings(db).theme).toBe('dark')
    closeDatabase(db)
    expect(names(file).filter((name) => name.startsWith('damaged-'))).toHaveLength(1)
  })

  it('without a whole copy says so', () => {
    const file = oldDatabase(known)
    damage(file)
    mkdirSync(join(file, '..', 'backups'))
    expect(problemOf(file)).toMatchObject({ code: 'database.damaged', params: { file } })
    expect(() => {
      restoreDatabase(file)
    }).toThrow(expect.objectContaining({ code: 'database.damaged' }) as Error)
    expect(names(file)).toEqual([])
  })
})
