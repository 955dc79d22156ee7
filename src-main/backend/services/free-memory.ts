import { readFileSync } from 'node:fs'
import { freemem } from 'node:os'

/** MemAvailable where Linux says it: free memory alone leaves out what caches would give back. */
export function freeMemory(): number {
  try {
    const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]
    if (kilobytes !== undefined) return Number(kilobytes) * 1024
  } catch {
    // not Linux
  }
  return freemem()
}
