import { readFileSync } from 'node:fs'

/**
 * How often Linux killed a process for memory since boot (/proc/vmstat `oom_kill`), or 0 where that cannot be read.
 * The kernel's kill looks like any other SIGKILL; this counter is what tells them apart.
 */
export function memoryKills(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

/**
 * What V8, C++ and TensorFlow write when memory ends, before they abort. oneDNN, which has no memory for a product that
 * it computed a step ago, throws where TensorFlow catches nothing; from two threads at once only `recursively` is left.
 * Abseil, in a thread that starts, says ENOMEM's number.
 */
export const outOfMemoryText =
  /heap out of memory|std::bad_alloc|RESOURCE_EXHAUSTED|OOM when allocating|instance of 'dnnl::error'|terminate called recursively|mmap error: 12/
