import { readFileSync } from 'node:fs'

/** A process that can still be told apart after its number was given to another one. */
export interface ProcessIdentity {
  readonly pid: number
  /** On Linux the time it started, in clock ticks since boot (/proc/PID/stat, field 22); elsewhere empty. */
  readonly token: string
}

function startTimeOf(pid: number): string {
  if (process.platform !== 'linux') return ''
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in parentheses and may hold spaces: fields are counted after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie has ended: only its parent has not asked for the exit code yet.
    return fields[0] === 'Z' ? 'ended' : (fields[19] ?? '')
  } catch {
    return 'ended'
  }
}

export const identityOf = (pid: number): ProcessIdentity => ({ pid, token: startTimeOf(pid) })

/** False when unsure whether it ever was: without a number or a token nobody owns anything. */
export function isAlive(pid: number | null, token: string | null): boolean {
  if (pid === null || token === null) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return startTimeOf(pid) === token
}
