import {
  accessSync,
  constants,
  copyFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../src-preload/contract/errors'
import { openDatabase, type Db } from './db/connection'
import type { ProfilePaths } from './services/context'

/**
 * Makes the profile folder where there is none.
 *
 * @returns whether it can be written; one that can only be read is still good for looking at
 * @throws AppError `profile.notFolder` {folder}, `profile.notWritable` {folder, reason}, `disk.full`
 */
export function prepareProfile({ root, logs, database }: ProfilePaths): boolean {
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 })
    if (!statSync(root).isDirectory()) throw new AppError('profile.notFolder', { folder: root })
    mkdirSync(logs, { recursive: true, mode: 0o700 })
    accessSync(root, constants.W_OK)
    if (existsSync(database)) accessSync(database, constants.W_OK)
    return true
  } catch (thrown) {
    const reason = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
    if (reason === 'ENOTDIR' || reason === 'EEXIST') throw new AppError('profile.notFolder', { folder: root }, thrown)
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ELOOP', 'ENAMETOOLONG'].includes(reason)) throw AppError.from(thrown)
    if (isReadable(database)) return false
    throw new AppError('profile.notWritable', { folder: root, reason }, thrown)
  }
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK)
    return true
  } catch {
    return false
  }
}

/** SQLite reads no database in WAL mode from a folder that it can't write: a copy elsewhere, gone after `remove`. */
export function openSnapshot(database: string): { db: Db; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'homegrown-read-only-'))
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const copy = join(folder, 'homegrown.db')
    for (const part of ['', '-wal']) if (existsSync(database + part)) copyWritable(database + part, copy + part)
    return { db: openDatabase(copy), remove }
  } catch (error) {
    remove()
    throw error
  }
}

/** A copied file has the permissions of the first. */
function copyWritable(from: string, to: string): void {
  copyFileSync(from, to)
  chmodSync(to, 0o600)
}
