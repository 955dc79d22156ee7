import { readFileSync } from 'node:fs'
import { freemem } from 'node:os'

/**
 * MemAvailable where Linux says it: free memory alone leaves out what caches would give back. A container's limit counts
 * as a whole, since what is used of it includes such caches.
 */
export function freeMemory(): number {
  // 0 where nobody knows; older Electrons do not have it.
  const limit = (process as Partial<NodeJS.Process>).constrainedMemory?.() ?? 0
  return Math.min(availableMemory(), limit > 0 ? limit : Infinity)
}

function availableMemory(): number {
  try {
    const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]
    if (kilobytes !== undefined) return Number(kilobytes) * 1024
  } catch {
    // not Linux
  }
  return freemem()
}
