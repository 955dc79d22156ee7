import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * When a process started, as text that only this process ever has on this computer; `ended` when there is none of that
 * number; empty when the system does not say.
 */
export type ReadStart = (pid: number) => string

/** What the readers ask the system. */
export interface System {
  readonly platform: NodeJS.Platform
  /** Throws when the file isn't there. */
  readonly read: (file: string) => string
  /** Standard output of a program; null when it can't run or fails. */
  readonly ask: (program: string, args: readonly string[], env: NodeJS.ProcessEnv) => string | null
}

/** A busy computer takes a while to start PowerShell; no answer is no reason to wait longer. */
const askMs = 10_000

export const thisSystem: System = {
  platform: process.platform,
  read: (file) => readFileSync(file, 'utf8'),
  ask: (program, args, env) => {
    const options = { encoding: 'utf8', timeout: askMs, windowsHide: true, env: { ...process.env, ...env } } as const
    const { status, stdout } = spawnSync(program, args, options)
    return status === 0 ? stdout : null
  },
}

export function readerFor(system: System): ReadStart {
  switch (system.platform) {
    case 'linux':
      return linuxReader(system)
    case 'win32':
      return windowsReader(system)
    default:
      return posixReader(system)
  }
}

/**
 * Clock ticks since boot (/proc/PID/stat, field 22) with the id of that boot: services start after the same number of
 * ticks, with the same process ids, at every boot.
 */
function linuxReader({ read }: System): ReadStart {
  let bootId: string | null = null
  return (pid) => {
    try {
      bootId ??= read('/proc/sys/kernel/random/boot_id').trim()
      const stat = read(`/proc/${pid}/stat`)
      // The second field is the program's name in parentheses and may hold spaces: fields are counted after it.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      // A zombie has ended: only its parent has not asked for the exit code yet.
      return fields[0] === 'Z' ? 'ended' : `${bootId} ${fields[19] ?? ''}`
    } catch {
      return 'ended'
    }
  }
}

/** macOS and its relatives: `S+ Mon Nov 30 20:31:57 2026`, in one language and time zone whoever asks. */
function posixReader({ ask }: System): ReadStart {
  return (pid) => {
    const answer = ask('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], { LC_ALL: 'C', TZ: 'UTC' })
    // ps fails for a number that no process has, and where it is missing; whoever calls has asked the kernel before.
    const [state = '', ...start] = (answer ?? '').trim().split(/\s+/)
    return state.startsWith('Z') ? 'ended' : start.join(' ')
  }
}

/** Ticks of 100 ns since 1601. PowerShell comes with every Windows; wmic no longer does. */
function windowsReader({ ask }: System): ReadStart {
  return (pid) => {
    const script = `(Get-Process -Id ${pid} -ErrorAction Stop).StartTime.ToFileTimeUtc()`
    const answer = ask('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script], {})
    return /^\d+$/.exec((answer ?? '').trim())?.[0] ?? ''
  }
}
