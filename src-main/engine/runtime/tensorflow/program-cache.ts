import { createHash } from 'node:crypto'
import { copyFile, link, mkdir, mkdtemp, readdir, rename, rm, stat, statfs, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256Of } from '../../files'

/** Of all programs together: one takes 0.4 to 1 MB (docs/log/022). */
const limitBytes = 64 * 1024 ** 2
/** TensorFlow fails a compilation that it cannot write down: a disk that is nearly full has no cache. */
const leastFreeBytes = 256 * 1024 ** 2
/** A process's own folder: `.work-<process id>-…`. */
const workPrefix = '.work-'
/** What TensorFlow calls an entry, and the sha256 of its bytes: both in one name, so that they appear by one rename. */
const keptName = /^(?<entry>.+\.pb)\.(?<sum>[0-9a-f]{64})$/

/**
 * Programs that XLA compiled, kept from one process to the next. An entry is machine code that TensorFlow runs unread, and
 * one that it cannot read fails the compilation. So TensorFlow never sees the folder of kept programs: each process has
 * a folder of its own, into which what passed its check is linked, and what it compiles is taken from there. Nobody else
 * writes to that folder or removes from it, whatever other processes keep, check or prune at the same time.
 */
export interface ProgramCache {
  /** Where this process's TensorFlow reads and writes. */
  readonly dir: string
  /** Takes over what was compiled since, once the compilation is done. Throws nothing: a program not kept is compiled anew. */
  keep(): Promise<void>
  /**
   * Removes the programs that this process was given, for itself and for others: one of them cannot be used.
   * @returns whether there were any
   */
  forget(): Promise<boolean>
}

/**
 * Checks what is kept for this kind of computer and removes whatever is damaged.
 * @param root of all kinds
 * @param kind whatever decides which machine code is the right one: library, processor, flags
 * @returns null where nothing can be kept; never throws
 */
export async function openProgramCache(root: string, kind: readonly string[]): Promise<ProgramCache | null> {
  const hash = createHash('sha256').update(JSON.stringify(kind)).digest('hex')
  const keptDir = join(root, hash.slice(0, 16))
  try {
    await mkdir(keptDir, { recursive: true })
    const { bavail, bsize } = await statfs(root)
    if (bavail * bsize < leastFreeBytes) return null
    await sweep(root)
    const dir = await mkdtemp(join(root, `${workPrefix}${process.pid}-`))
    const given = await checkedInto(dir, keptDir)
    return cacheOf(root, keptDir, dir, given)
  } catch {
    return null
  }
}

/** @param given names in `dir` that are kept already, by the names that they are kept under */
function cacheOf(root: string, keptDir: string, dir: string, given: Map<string, string>): ProgramCache {
  return {
    dir,
    keep: async () => {
      try {
        for (const entry of await readdir(dir)) {
          if (!entry.endsWith('.pb') || given.has(entry)) continue
          const kept = `${entry}.${await sha256Of(join(dir, entry))}`
          await place(join(dir, entry), join(keptDir, kept), join(dir, `${kept}.tmp`))
          given.set(entry, kept)
        }
        await prune(root, limitBytes)
      } catch {
        // Compiled anew next time.
      }
    },
    forget: async () => {
      const entries = [...given]
      given.clear()
      for (const [entry, kept] of entries) {
        await rm(join(dir, entry), { force: true }).catch(() => undefined)
        await rm(join(keptDir, kept), { force: true }).catch(() => undefined)
      }
      return entries.length > 0
    },
  }
}

/** Links what is as it was written into `dir` and removes the rest. @returns as `cacheOf` wants it */
async function checkedInto(dir: string, keptDir: string): Promise<Map<string, string>> {
  const given = new Map<string, string>()
  for (const kept of await readdir(keptDir)) {
    const path = join(keptDir, kept)
    const { entry, sum } = keptName.exec(kept)?.groups ?? {}
    try {
      const { atime, mtime } = await stat(path)
      // Two processes that compiled the same at once wrote other bytes, equally good: one of them is enough.
      if (entry === undefined || given.has(entry) || (await sha256Of(path)) !== sum) {
        await rm(path, { force: true, recursive: true })
        continue
      }
      // Being checked is no use: the time of reading stays that of TensorFlow's last one.
      await utimes(path, atime, mtime)
      await place(path, join(dir, entry), join(dir, `${entry}.tmp`))
      given.set(entry, kept)
    } catch {
      // Another process has just pruned it, or this one may not read it.
    }
  }
  return given
}

/** Puts a file under a second name, whole or not at all. @param by where a copy is made if the disk knows no links */
async function place(from: string, to: string, by: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    await copyFile(from, by)
    await rename(by, to)
  }
}

/**
 * Removes what was not used for longest until at most `bytes` are left, over all kinds: what an older library left behind
 * goes first. A disk that notes no times of reading leaves the order of writing.
 */
export async function prune(root: string, bytes: number): Promise<void> {
  const programs: { path: string; size: number; usedMs: number }[] = []
  for (const kind of await readdir(root)) {
    if (kind.startsWith(workPrefix)) continue
    for (const name of await readdir(join(root, kind)).catch(() => [])) {
      const path = join(root, kind, name)
      const facts = await stat(path).catch(() => null)
      if (facts) programs.push({ path, size: facts.size, usedMs: Math.max(facts.atimeMs, facts.mtimeMs) })
    }
  }
  let left = programs.reduce((sum, { size }) => sum + size, 0)
  for (const { path, size } of programs.sort((a, b) => a.usedMs - b.usedMs)) {
    if (left <= bytes) return
    await rm(path, { force: true })
    left -= size
  }
}

/** Removes the folders of processes that are gone. TensorFlow would make its own anew, should one of them live after all. */
async function sweep(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(workPrefix) || isRunning(Number(name.slice(workPrefix.length).split('-')[0]))) continue
    await rm(join(root, name), { recursive: true, force: true }).catch(() => undefined)
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
