/** Of each period so much a process may compute: it is as slow as on a computer twenty times slower, whatever this one is. */
const periodMs = 100
const runMs = 5

/**
 * Slows processes down, so that what they do can be interrupted: by halting them most of the time.
 * @param pids of those that are there; asked in each period
 * @returns lets them run again
 */
export function slowDown(pids: () => readonly number[]): () => void {
  let timer: NodeJS.Timeout | undefined
  const halted = new Set<number>()
  const signal = (pid: number, name: 'SIGSTOP' | 'SIGCONT'): void => {
    try {
      process.kill(pid, name)
    } catch {
      // It has ended.
    }
  }
  const halt = (): void => {
    for (const pid of pids()) {
      halted.add(pid)
      signal(pid, 'SIGSTOP')
    }
    timer = setTimeout(go, periodMs - runMs)
  }
  const release = (): void => {
    for (const pid of halted) signal(pid, 'SIGCONT')
    halted.clear()
  }
  const go = (): void => {
    release()
    timer = setTimeout(halt, runMs)
  }
  halt()
  return () => {
    clearTimeout(timer)
    release()
  }
}
