import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where a version of Linux's control groups keeps its figures. */
interface Files {
  /** The smallest of these counts: above `memory.high` a program is slowed down until it stands still. */
  readonly limits: readonly string[]
  readonly usage: string
  /** Line of `memory.stat` with the cache of files that nobody reads just now: given back when memory is short. */
  readonly reclaimable: string
}

const filesOf: Readonly<Record<'v1' | 'v2', Files>> = {
  v2: { limits: ['memory.max', 'memory.high'], usage: 'memory.current', reclaimable: 'inactive_file' },
  v1: { limits: ['memory.limit_in_bytes'], usage: 'memory.usage_in_bytes', reclaimable: 'total_inactive_file' },
}

/**
 * What is left of the limits of the control groups that this process is in: of its own and of all around it, since a limit
 * holds for everything inside. The kernel's documentation: Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst.
 * @param root of the file system
 * @returns bytes; Infinity without a limit, and where it cannot be told
 */
export function cgroupFreeMemory(root = '/'): number {
  const groups = read(join(root, 'proc/self/cgroup'))
  const mounts = read(join(root, 'proc/self/mountinfo'))
  if (groups === null || mounts === null) return Infinity
  return Math.min(...mounts.split('\n').map((line) => freeBelow(root, line, groups)))
}

/** @param mount a line of mountinfo: … root, mount point, options … - type, source, options */
function freeBelow(root: string, mount: string, groups: string): number {
  const [before = '', after = ''] = mount.split(' - ')
  const [, , , mountedGroup = '/', mountPoint = ''] = before.split(' ').map(unescaped)
  const [type, , options = ''] = after.split(' ')
  const version = type === 'cgroup2' ? 'v2' : type === 'cgroup' && options.split(',').includes('memory') ? 'v1' : null
  if (version === null) return Infinity
  const own = groupOf(groups, version)
  if (own === null) return Infinity
  // A container sees its group as the root, under whichever name the host has for it.
  const isBelow = mountedGroup === '/' || own === mountedGroup || own.startsWith(`${mountedGroup}/`)
  const path = (isBelow ? own.slice(mountedGroup === '/' ? 0 : mountedGroup.length) : '').split('/').filter(Boolean)
  const around = [...path.keys(), path.length].map((depth) => join(root, mountPoint, ...path.slice(0, depth)))
  return Math.min(...around.map((dir) => freeOf(dir, filesOf[version])))
}

/** Of a line of /proc/self/cgroup: number, controllers, path; version 2 has number 0 and no controllers. */
function groupOf(groups: string, version: 'v1' | 'v2'): string | null {
  for (const line of groups.split('\n')) {
    const [number, controllers = '', ...path] = line.split(':')
    const fits = version === 'v2' ? number === '0' && controllers === '' : controllers.split(',').includes('memory')
    if (fits) return path.join(':')
  }
  return null
}

function freeOf(dir: string, { limits, usage, reclaimable }: Files): number {
  // "max" in version 2, and a number larger than any memory in version 1: no limit.
  const limit = Math.min(...limits.map((file) => numberIn(read(join(dir, file)))))
  if (limit === Infinity) return Infinity
  const used = numberIn(read(join(dir, usage)))
  if (used === Infinity) return limit
  const stat = read(join(dir, 'memory.stat')) ?? ''
  const cache = numberIn(new RegExp(`^${reclaimable} (\\d+)$`, 'm').exec(stat)?.[1] ?? '0')
  return Math.max(0, limit - used + Math.min(used, cache))
}

const numberIn = (text: string | null): number => (/^\d+\s*$/.test(text ?? '') ? Number(text) : Infinity)

/** mountinfo writes a space as \040. */
const unescaped = (text: string): string =>
  text.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)))

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
