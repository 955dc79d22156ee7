import Sqlite from 'better-sqlite3'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { closeDatabase, openDatabase } from '../../../src-main/backend/db/connection'
import { writeSettings } from '../../../src-main/backend/db/settings'
import { keepBackend, type KeptBackend } from '../../../src-main/backend/keep-backend'
import type { Result } from '../../../src-preload/contract/wire'
import { temporaryFolder } from '../temporary'

function keep(profile: string): KeptBackend {
  const kept = keepBackend(
    { programDir: resolve('out/main') },
    { HOMEGROWN_PROFILE: profile, HOMEGROWN_ENGINE: 'wasm' },
  )
  onTestFinished(() => kept.close())
  return kept
}
const settings = (kept: KeptBackend): Promise<Result> => kept.dispatch('settings.get', {}, 'window')
const start = (kept: KeptBackend, restore: boolean): Promise<Result> =>
  kept.dispatch('system.start', { restore }, 'window')

/** A profile with dark colours, a copy of that, and light ones since. */
function profileWithCopy(): string {
  const profile = temporaryFolder()
  const file = join(profile, 'homegrown.db')
  const db = openDatabase(file)
  writeSettings(db, { theme: 'dark' })
  mkdirSync(join(profile, 'backups'))
  db.raw.prepare('VACUUM INTO ?').run(join(profile, 'backups', 'regular-2026-01-01T00.00.00.000Z.db'))
  writeSettings(db, { theme: 'light' })
  closeDatabase(db)
  return profile
}

it('says to every request why it could not start, and starts when that was mended', async () => {
  const folder = join(temporaryFolder(), 'profile')
  writeFileSync(folder, 'a file')
  const kept = keep(folder)
  const problem = { ok: false, error: { code: 'profile.notFolder', params: { folder } } }
  expect(await settings(kept)).toEqual(problem)
  expect(await start(kept, false)).toEqual(problem)
  rmSync(folder)
  expect(await start(kept, false)).toEqual({ ok: true, output: {} })
  expect(await settings(kept)).toMatchObject({ ok: true })
})

it('puts back the copy of a database that does not open, and of nothing else', async () => {
  const profile = profileWithCopy()
  const sound = keep(profile)
  expect(await start(sound, true)).toEqual({ ok: true, output: {} })
  expect(await settings(sound)).toMatchObject({ output: { theme: 'light' } })
  await sound.close()

  writeFileSync(join(profile, 'homegrown.db'), 'no database'.repeat(1000))
  const kept = keep(profile)
  expect(await settings(kept)).toMatchObject({ ok: false, error: { code: 'database.restorable' } })
  expect(await start(kept, false)).toMatchObject({ ok: false, error: { code: 'database.restorable' } })
  expect(await start(kept, true)).toEqual({ ok: true, output: {} })
  expect(await settings(kept)).toMatchObject({ output: { theme: 'dark' } })
})

it('names the copy of a database that turns out to be damaged while it is in use', async () => {
  const profile = profileWithCopy()
  const file = join(profile, 'homegrown.db')
  const raw = new Sqlite(file)
  const { rootpage } = raw.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'settings'").get() as {
    rootpage: number
  }
  const pageBytes = raw.pragma('page_size', { simple: true }) as number
  raw.close()
  const bytes = readFileSync(file)
  bytes.fill(0x5a, (rootpage - 1) * pageBytes, rootpage * pageBytes)
  writeFileSync(file, bytes)

  const kept = keep(profile)
  expect(await settings(kept)).toMatchObject({ ok: false, error: { code: 'database.restorable', params: { file } } })
  expect(await start(kept, true)).toEqual({ ok: true, output: {} })
  expect(await settings(kept)).toMatchObject({ output: { theme: 'dark' } })
})
