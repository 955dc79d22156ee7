import { readFileSync } from 'node:fs'
import { freemem } from 'node:os'
import { join } from 'node:path'
import { cgroupFreeMemory } from './cgroup-memory'

/**
 * Bytes that a program could take now without anything being swapped out or killed: what the system has, and what is left of
 * the limits of the containers that this process is in.
 * @param root of the file system
 */
export const freeMemory = (root = '/'): number => Math.min(availableMemory(root), cgroupFreeMemory(root))

/** MemAvailable where Linux says it: free memory alone leaves out what caches would give back. */
function availableMemory(root: string): number {
  try {
    const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync(join(root, 'proc/meminfo'), 'utf8'))?.[1]
    if (kilobytes !== undefined) return Number(kilobytes) * 1024
  } catch {
    // not Linux
  }
  return freemem()
}
