import { availableParallelism } from 'node:os'

/**
 * What a job starts with, read by glibc before the process runs; other C libraries do not know it. What the person has set stays.
 *
 * glibc makes up to eight heaps a core by itself, and what one has freed no other gets: XLA's compilers leave much behind in
 * theirs. With one heap a core a training peaks 5 % lower. Where the system gives large pages to who asks, its heaps ask: a
 * step finds its numbers faster, the more so in a virtual machine, whose addresses are looked up twice. (docs/log/048)
 */
export const jobEnvironment = (): NodeJS.ProcessEnv => ({
  MALLOC_ARENA_MAX: String(availableParallelism()),
  GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
  ...process.env,
})
