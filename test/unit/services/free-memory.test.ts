import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freeMemory } from '../../../src-main/backend/services/free-memory'
import { temporaryFolder } from '../temporary'

const MB = 1024 ** 2
const GB = 1024 ** 3

/** A computer's files, as far as they tell about memory. */
function computer(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder()
  const all = {
    'proc/meminfo': `MemTotal: 33554432 kB\nMemFree: 1000 kB\nMemAvailable: ${(16 * GB) / 1024} kB\n`,
    ...files,
  }
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return root
}

const group = (dir: string, max: number | 'max', current: number, inactiveFile = 0): Record<string, string> => ({
  [`${dir}/memory.max`]: `${max}\n`,
  [`${dir}/memory.high`]: 'max\n',
  [`${dir}/memory.current`]: `${current}\n`,
  [`${dir}/memory.stat`]: `anon 1\nfile 2\ninactive_file ${inactiveFile}\nactive_file 3\n`,
})
const v2 = {
  'proc/self/mountinfo': '29 22 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n',
}
const inGroup = (path: string) => ({ 'proc/self/cgroup': `0::${path}\n` })

describe('free memory', () => {
  it('is what the system has where nothing limits it', () => {
    expect(freeMemory(computer({}))).toBe(16 * GB)
    const unlimited = { ...v2, ...inGroup('/user.slice'), ...group('sys/fs/cgroup/user.slice', 'max', 9 * GB) }
    expect(freeMemory(computer(unlimited))).toBe(16 * GB)
  })

  it('is what a container has not used of its limit, the cache of files not counted', () => {
    const files = { ...v2, ...inGroup('/'), ...group('sys/fs/cgroup', 4 * GB, 3 * GB, 500 * MB) }
    expect(freeMemory(computer(files))).toBe(GB + 500 * MB)
  })

  it('is the least of its own group and of those around it', () => {
    const files = {
      ...{ ...v2, ...inGroup('/outer/middle/inner') },
      ...group('sys/fs/cgroup/outer', 8 * GB, 7 * GB, 100 * MB),
      ...group('sys/fs/cgroup/outer/middle', 'max', 3 * GB),
      ...group('sys/fs/cgroup/outer/middle/inner', 4 * GB, GB),
    }
    expect(freeMemory(computer(files))).toBe(GB + 100 * MB)
  })

  it('ends where a group is slowed down', () => {
    const files = { ...v2, ...inGroup('/a'), ...group('sys/fs/cgroup/a', 8 * GB, GB) }
    expect(freeMemory(computer({ ...files, 'sys/fs/cgroup/a/memory.high': String(3 * GB) }))).toBe(2 * GB)
  })

  it('is nothing where a group is full', () => {
    const files = { ...v2, ...inGroup('/a'), ...group('sys/fs/cgroup/a', GB, GB + MB) }
    expect(freeMemory(computer(files))).toBe(0)
  })

  const v1Group = (dir: string, limit: number | string, usage: number, inactiveFile: number) => ({
    [`${dir}/memory.limit_in_bytes`]: `${limit}\n`,
    [`${dir}/memory.usage_in_bytes`]: `${usage}\n`,
    [`${dir}/memory.stat`]: `inactive_file 1\ntotal_inactive_file ${inactiveFile}\n`,
  })
  const unlimited = '9223372036854771712'

  it('in version 1 counts a group with all that is below it', () => {
    const files = {
      'proc/self/cgroup': '8:pids:/\n4:memory:/box/job\n0::/\n',
      'proc/self/mountinfo':
        '40 30 0:35 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n41 30 0:36 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n',
      ...v1Group('sys/fs/cgroup/memory', unlimited, 20 * GB, 0),
      ...v1Group('sys/fs/cgroup/memory/box', 6 * GB, 5 * GB, 2 * GB),
      ...v1Group('sys/fs/cgroup/memory/box/job', unlimited, 5 * GB, 2 * GB),
    }
    expect(freeMemory(computer(files))).toBe(3 * GB)
  })

  it('in a container whose group has another name on the host', () => {
    const files = {
      'proc/self/cgroup': '4:memory:/docker/abc/job\n',
      'proc/self/mountinfo': '41 30 0:36 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n',
      ...v1Group('sys/fs/cgroup/memory', 2 * GB, GB, 0),
      ...v1Group('sys/fs/cgroup/memory/job', GB, 900 * MB, 0),
    }
    expect(freeMemory(computer(files))).toBe(124 * MB)
    // Another namespace: the path says nothing of what is mounted here.
    expect(freeMemory(computer({ ...files, 'proc/self/cgroup': '4:memory:/elsewhere\n' }))).toBe(GB)
  })

  it('is told of this computer', () => {
    const free = freeMemory()
    expect(free).toBeGreaterThan(0)
    expect(free).toBeLessThan(Infinity)
  })
})
