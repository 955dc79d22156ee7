import type { ShellText } from './text'

/** What the system says, by what it means for a start. */
const reasons: Readonly<Record<string, keyof ShellText['startReasons']>> = {
  EACCES: 'notAllowed',
  EPERM: 'notAllowed',
  EROFS: 'readOnly',
  ENOSPC: 'full',
  EDQUOT: 'full',
  ENOTDIR: 'notFolder',
  EEXIST: 'notFolder',
  ENOENT: 'missing',
  MODULE_NOT_FOUND: 'missing',
  EADDRINUSE: 'addressInUse',
}

/** Why nothing starts: a sentence for people, what to do about it, and below it what the system said. */
export function startFailure(thrown: unknown, text: ShellText): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  return `${text.startReasons[reasons[code] ?? 'other']}\n\n${reason}`
}
