/** The C library of each system, which ends a process without waiting for its threads. */
const cLibraries: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'libc.so.6',
  darwin: '/usr/lib/libSystem.B.dylib',
  win32: 'ucrtbase.dll',
}

/**
 * Ends the process at once. `process.exit` joins Node's worker threads first, and one of them may be compiling with XLA
 * for another 20 s (measured) after training has ended; it also runs TensorFlow's destructors beside its own threads.
 */
export async function exitNow(code: number): Promise<never> {
  const library = cLibraries[process.platform]
  if (library !== undefined) {
    try {
      const { default: koffi } = await import('koffi')
      const exit = koffi.load(library).func('void _exit(int code)') as (code: number) => void
      exit(code)
    } catch {
      // Another C library: the slow way then.
    }
  }
  process.exit(code)
}
