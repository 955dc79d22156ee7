import { readFileSync } from 'node:fs'
import { saysOutOfMemory } from '../../../src-preload/contract/errors'

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
 * What native code writes when memory ends, before it aborts. oneDNN, which has no memory for a product that it computed a
 * step ago, throws where TensorFlow catches nothing; from two threads at once only `recursively` is left. Abseil, in a thread
 * that starts, says ENOMEM's number; XLA's compiler has no room for a section of its program, and TensorFlow none for the
 * stack of a thread.
 */
const nativeText =
  /RESOURCE_EXHAUSTED|OOM when allocating|instance of 'dnnl::error'|terminate called recursively|mmap error: 12|creation via pthread_create\(\) failed|\bENOMEM\b|\bmmap failed\b/i

/** Whether the last lines of a process that failed say that memory ended. */
export const endedForMemory = (output: string): boolean => nativeText.test(output) || saysOutOfMemory(output)
