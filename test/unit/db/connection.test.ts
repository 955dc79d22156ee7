import Sqlite from 'better-sqlite3'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { closeDatabase, openDatabase, transaction } from '../../../src-main/backend/db/connection'
import { storeCheckpoint } from '../../../src-main/backend/db/checkpoints'
import { updateRun } from '../../../src-main/backend/db/runs'
import { storeTier } from '../../../src-main/backend/db/samples'
import { readSettings, writeSettings } from '../../../src-main/backend/db/settings'
import type { CheckpointKind } from '../../../src-preload/contract/records/checkpoints'
import type { RunState } from '../../../src-preload/contract/records/runs'
import { defaultSettings } from '../../../src-preload/contract/records/settings'
import type { Tier } from '../../../src-preload/contract/records/steps'
import { temporaryFolder } from '../temporary'
import { addRun } from './rows'

const pragma = (raw: Sqlite.Database, name: string): unknown => raw.pragma(name, { simple: true })

it('opens durable, private and strict', () => {
  const db = openDatabase(join(temporaryFolder(), 'a.db'))
  expect(pragma(db.raw, 'journal_mode')).toBe('wal')
  expect(pragma(db.raw, 'synchronous')).toBe(2) // FULL
  expect(pragma(db.raw, 'secure_delete')).toBe(1)
  expect(pragma(db.raw, 'foreign_keys')).toBe(1)
  closeDatabase(db)
})

it('refuses a database of a newer program and leaves it as it is', () => {
  const file = join(temporaryFolder(), 'a.db')
  const raw = new Sqlite(file)
  raw.pragma('user_version = 999')
  raw.close()
  expect(() => openDatabase(file)).toThrow(expect.objectContaining({ code: 'database.newer' }) as Error)
  const again = new Sqlite(file)
  expect(pragma(again, 'user_version')).toBe(999)
  again.close()
})

it('says so when the file is not a database', () => {
  const file = join(temporaryFolder(), 'a.db')
  writeFileSync(file, 'no database at all, but long enough to look like a page'.repeat(100))
  expect(() => openDatabase(file)).toThrow(expect.objectContaining({ code: 'database.damaged' }) as Error)
})

it('takes a transaction back when it throws', () => {
  const db = openDatabase(join(temporaryFolder(), 'a.db'))
  expect(() => {
    transaction(db, () => {
      writeSettings(db, { theme: 'dark' })
      throw new Error('no')
    })
  }).toThrow('no')
  expect(readSettings(db)).toEqual(defaultSettings)
  writeSettings(db, { theme: 'dark' })
  expect(readSettings(db).theme).toBe('dark')
  closeDatabase(db)
})

it('takes the default for a stored setting that this version does not understand', () => {
  const db = openDatabase(join(temporaryFolder(), 'a.db'))
  db.raw.exec(`INSERT INTO settings VALUES ('theme', '"purple"'), ('smoothing', '0.9')`)
  expect(readSettings(db)).toEqual({ ...defaultSettings, smoothing: 0.9 })
  closeDatabase(db)
})

it("writes only what is in the contract's lists", () => {
  const db = openDatabase(join(temporaryFolder(), 'a.db'))
  addRun(db, 'run_00000001')
  const checkpoint = { step: 1, valLossNats: null, savedAt: 1, sizeBytes: 1 }
  storeCheckpoint(db, 'run_00000001', { ...checkpoint, kind: 'last' })
  const invented: (() => void)[] = [
    () => {
      updateRun(db, 'run_00000001', { state: 'dreaming' as RunState })
    },
    () => {
      storeCheckpoint(db, 'run_00000001', { ...checkpoint, kind: 'middle' as CheckpointKind })
    },
    () => {
      storeTier(db, 'run_00000001', { step: 1, tier: 'abacus' as Tier, precision: 'float32', timings: [] })
    },
  ]
  for (const write of invented) expect(write).toThrow(/invalid_value/)
  expect(db.raw.prepare('SELECT state FROM runs').pluck().get()).toBe('queued')
  closeDatabase(db)
})
