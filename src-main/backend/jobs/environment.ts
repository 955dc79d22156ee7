import { availableParallelism } from 'node:os'

/**
 * What a job starts with. glibc makes up to eight heaps a core by itself, and what one has freed no other gets: XLA's
 * compilers leave much behind in theirs. With one heap a core a training peaks 5 % lower (docs/log.md).
 * Read before a process runs; other C libraries do not know it. What the person has set stays.
 */
export const jobEnvironment = (): NodeJS.ProcessEnv => ({
  MALLOC_ARENA_MAX: String(availableParallelism()),
  ...process.env,
})
