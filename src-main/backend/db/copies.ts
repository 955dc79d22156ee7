import Sqlite from 'better-sqlite3'
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../../src-preload/contract/errors'

/**
 * Copies of the database beside it: one before each change of its form, one every six hours. A copy has its name only when it is
 * whole and on the disk, and is checked again before it is put back.
 */
const kinds = {
  migration: { prefix: 'before-v', kept: 3 },
  regular: { prefix: 'regular-', kept: 2 },
} as const
type Kind = keyof typeof kinds

export interface Copy {
  readonly file: string
  /** Milliseconds since 1970. */
  readonly takenAt: number
}

const folderOf = (database: string): string => join(dirname(database), 'backups')
const stamp = (at: number): string => new Date(at).toISOString().replaceAll(':', '.')
const takenAt = (name: string): number =>
  Date.parse(/(\d{4}-\d\d-\d\dT.+Z)\.db$/.exec(name)?.[1]?.replace(/T(\d\d)\.(\d\d)\./, 'T$1:$2:') ?? '')

/** Newest first. */
export function copiesOf(database: string): Copy[] {
  const folder = folderOf(database)
  const names = existsSync(folder) ? readdirSync(folder) : []
  return names
    .map((name) => ({ file: join(folder, name), takenAt: takenAt(name) }))
    .filter((copy) => !Number.isNaN(copy.takenAt))
    .sort((a, b) => b.takenAt - a.takenAt)
}

/** Before its form changes; the program waits for it. @throws AppError `disk.full`; what SQLite says of a damaged one */
export function copyBeforeMigration(raw: Sqlite.Database, version: number, now: number): void {
  const { temporary, finish } = newCopy(raw.name, 'migration', `${version}-`, now)
  try {
    raw.prepare('VACUUM INTO ?').run(temporary)
    finish()
  } finally {
    rmSync(temporary, { force: true })
  }
}

const regularMs = 6 * 3_600_000

/** When it is time and there is something to lose; page by page, so that everything else goes on meanwhile. */
export async function copyRegularly(raw: Sqlite.Database, now: number): Promise<void> {
  if (raw.prepare('SELECT EXISTS (SELECT 1 FROM corpora)').pluck().get() === 0) return
  const last = copiesOf(raw.name).find(({ file }) => basename(file).startsWith(kinds.regular.prefix))
  if (last !== undefined && now - last.takenAt < regularMs) return
  const { temporary, finish } = newCopy(raw.name, 'regular', '', now)
  try {
    await raw.backup(temporary)
    // A copy in WAL mode would need files of its own beside it to be read.
    const copy = new Sqlite(temporary)
    copy.pragma('journal_mode = DELETE')
    copy.close()
    finish()
  } finally {
    rmSync(temporary, { force: true })
  }
}

function newCopy(database: string, kind: Kind, more: string, now: number) {
  const folder = folderOf(database)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { prefix, kept } = kinds[kind]
  const temporary = join(folder, `.${kind}-${process.pid}.tmp`)
  rmSync(temporary, { force: true })
  /** It counts from here on. @throws when it is not whole */
  const finish = (): void => {
    check(temporary)
    sync(temporary)
    renameSync(temporary, join(folder, `${prefix}${more}${stamp(now)}.db`))
    sync(folder)
    const older = copiesOf(database).filter(({ file }) => file.startsWith(join(folder, prefix)))
    for (const { file } of older.slice(kept)) rmSync(file, { force: true })
  }
  return { temporary, finish }
}

/** @returns its version. @throws SqliteError, or AppError `database.damaged` */
function check(file: string): number {
  const raw = new Sqlite(file, { readonly: true, fileMustExist: true })
  try {
    if (raw.pragma('integrity_check(1)', { simple: true }) !== 'ok') throw new AppError('database.damaged', { file })
    return raw.pragma('user_version', { simple: true }) as number
  } finally {
    raw.close()
  }
}

export function isWhole(file: string): boolean {
  try {
    check(file)
    return true
  } catch {
    return false
  }
}

/** The newest copy that is whole and that this program understands. */
export function bestCopy(database: string, known: number): Copy | null {
  const isGood = ({ file }: Copy): boolean => {
    try {
      const version = check(file)
      return version > 0 && version <= known
    } catch {
      return false
    }
  }
  return copiesOf(database).find(isGood) ?? null
}

/** Something is gone for good, and would live on in them. The next regular copy is taken within the hour. */
export function forgetCopies(database: string): void {
  rmSync(folderOf(database), { recursive: true, force: true })
}

/** Puts a copy in the database's place, which is kept beside the copies under another name. */
export function putBack(database: string, copy: Copy, now: number): void {
  const temporary = `${database}.${process.pid}.tmp`
  copyFileSync(copy.file, temporary)
  sync(temporary)
  for (const part of ['', '-wal', '-shm']) {
    if (existsSync(database + part))
      renameSync(database + part, join(folderOf(database), `damaged-${stamp(now)}${part}`))
  }
  renameSync(temporary, database)
  sync(dirname(database))
}

function sync(path: string): void {
  // Windows has no handle for a folder and needs none (NTFS journals it); a file must be open for writing there.
  const isFolder = !path.endsWith('.tmp')
  if (isFolder && process.platform === 'win32') return
  const handle = openSync(path, isFolder ? 'r' : 'r+')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
