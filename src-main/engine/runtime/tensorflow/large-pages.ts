import koffi from 'koffi'
import type { Pointer } from './c-api'

/** MADV_HUGEPAGE and the smallest page, of Linux (madvise(2)). */
const hugePage = 14
const pageBytes = 4096n

function openAdvise(): ((address: bigint, sizeBytes: bigint, advice: number) => number) | null {
  if (process.platform !== 'linux') return null
  try {
    return koffi.load('libc.so.6').func('int madvise(uintptr_t, size_t, int)') as ReturnType<typeof openAdvise>
  } catch {
    return null
  }
}

const advise = openAdvise()

/**
 * Asks Linux to fill memory that was not written to yet with pages of 2 MB, where it has some: most distributions give them
 * only to who asks. Elsewhere it does nothing. The advice is forgotten with the memory, when a large block is freed.
 */
export function askForLargePages(start: Pointer<'data'>, sizeBytes: number): void {
  const address = koffi.address(start)
  const firstPage = ((address + pageBytes - 1n) / pageBytes) * pageBytes
  const end = address + BigInt(sizeBytes)
  // Refused only where the kernel was built without: nothing to tell then.
  if (end > firstPage) advise?.(firstPage, end - firstPage, hugePage)
}
