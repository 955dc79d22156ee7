import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/**
 * The environment of a program to whose checkpoints the disk is slow: each time that it makes sure that something is there takes
 * `syncMs`. Of Linux, with a C compiler.
 *
 * @param folder for the library that does it (fixtures/disk/slow.c)
 * @throws where it cannot be made
 */
export function slowDisk(folder: string, syncMs: number): Record<string, string> {
  const library = join(folder, 'slow-disk.so')
  const source = join(import.meta.dirname, 'fixtures/disk/slow.c')
  const made = spawnSync('cc', ['-shared', '-fPIC', '-o', library, source, '-ldl'], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`cc: ${made.error?.message ?? made.stderr}`)
  return { LD_PRELOAD: library, SLOW_DISK_MS: String(syncMs) }
}

/** Why there is no slow disk here; null where there is one. */
export const noSlowDisk = (): string | null =>
  process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0 ? null : 'it takes Linux and a C compiler'
