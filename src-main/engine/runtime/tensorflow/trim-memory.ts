import koffi from 'koffi'

/** Short enough that little piles up, long enough to cost nothing that can be seen. */
const intervalMs = 300

/** glibc's malloc_trim off the event loop; null where there is another C library. */
function openTrim(): (() => Promise<void>) | null {
  if (process.platform !== 'linux') return null
  try {
    const trim = koffi.load('libc.so.6').func('int malloc_trim(size_t)')
    return () =>
      new Promise((resolve) => {
        trim.async(0, () => {
          resolve()
        })
      })
  } catch {
    return null
  }
}

/**
 * Has the C library give back to the system, while `work` is under way and after it, what was freed: XLA's compilers free
 * most of what they take, in pieces between which something is left, and glibc keeps all of that (docs/log/043).
 */
export async function trimmingMemory<T>(work: () => Promise<T>, trim = openTrim()): Promise<T> {
  if (trim === null) return work()
  let trimming = Promise.resolve()
  const timer = setInterval(() => {
    trimming = trimming.then(trim)
  }, intervalMs)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    await trimming.then(trim)
  }
}
