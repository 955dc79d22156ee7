import { readerFor, thisSystem, type ReadStart } from './process-start'

/** A process that can still be told apart after its number was given to another one, as after a power cut. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it started, as the system says it (process-start.ts); empty where it does not. Read when first asked for. */
  readonly token: string
}

/** What is known of an owner: `unknown` when a process has its number and the system does not say since when. */
type Liveness = 'alive' | 'gone' | 'unknown'

export interface Processes {
  identityOf: (pid: number) => ProcessIdentity
  /** False without a number or a token: nobody owns it. True in doubt: what somebody works on is never taken away. */
  isAlive: (pid: number | null, token: string | null) => boolean
  /** False in doubt: what may be somebody else's process is never killed. */
  isSurelyAlive: (pid: number | null, token: string | null) => boolean
}

export interface ProcessReader {
  /** Whether any process has this number. */
  readonly exists: (pid: number) => boolean
  readonly startOf: ReadStart
  /** A process that was just seen alive is not asked again this soon: only the reuse of its number is seen late. */
  readonly trustMs: number
}

export function createProcesses({ exists, startOf, trustMs }: ProcessReader, now: () => number): Processes {
  const seen = new Map<number, { readonly token: string; readonly at: number }>()

  const liveness = (pid: number | null, token: string | null): Liveness => {
    if (pid === null || token === null) return 'gone'
    if (!exists(pid)) {
      seen.delete(pid)
      return 'gone'
    }
    const last = seen.get(pid)
    if (last !== undefined && last.token === token && now() - last.at < trustMs) return 'alive'
    const found = startOf(pid)
    if (found === 'ended') return 'gone'
    if (token === '' || found === '') return 'unknown'
    if (found !== token) return 'gone'
    seen.set(pid, { token, at: now() })
    return 'alive'
  }

  return {
    identityOf: (pid) => {
      let token: string | undefined
      return {
        pid,
        get token() {
          return (token ??= startOf(pid))
        },
      }
    },
    isAlive: (pid, token) => liveness(pid, token) !== 'gone',
    isSurelyAlive: (pid, token) => liveness(pid, token) === 'alive',
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

export const { identityOf, isAlive, isSurelyAlive } = createProcesses(
  // Owners are asked for every two seconds; outside Linux each answer costs the start of a program.
  { exists, startOf: readerFor(thisSystem), trustMs: process.platform === 'linux' ? 0 : 60_000 },
  Date.now,
)
