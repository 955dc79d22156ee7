import { readdir, lstat } from 'node:fs/promises'
import { join } from 'node:path'

export interface DiskUse {
  /** What removing all of them frees, bytes. */
  readonly total: number
  /** What removing one of them alone frees, in the order asked. */
  readonly each: readonly number[]
}

/** A file with names in several folders is freed with the last of them. */
export async function diskUse(folders: readonly string[]): Promise<DiskUse> {
  const files = new Map<string, { size: number; links: number; found: number }>()
  const each: number[] = []
  for (const folder of folders) {
    const own = new Map<string, number>()
    for (const path of await filesIn(folder)) {
      const facts = await lstat(path, { bigint: true }).catch(() => null)
      // Removed meanwhile.
      if (facts === null) continue
      const key = `${facts.dev} ${facts.ino}`
      own.set(key, (own.get(key) ?? 0) + 1)
      const before = files.get(key)?.found ?? 0
      files.set(key, { size: Number(facts.size), links: Number(facts.nlink), found: before + 1 })
    }
    each.push(sum([...own].map(([key, found]) => freed(files.get(key), found))))
  }
  return { total: sum([...files.values()].map((file) => freed(file, file.found))), each }
}

const sum = (sizes: readonly number[]): number => sizes.reduce((all, size) => all + size, 0)

const freed = (file: { size: number; links: number } | undefined, found: number): number =>
  file !== undefined && found >= file.links ? file.size : 0

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))
}
