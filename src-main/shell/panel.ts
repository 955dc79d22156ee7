import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const bus = 'org.freedesktop.DBus'
const host = 'org.kde.StatusNotifierWatcher'
/** Three programs that can ask the session bus who is there; desktops have one or another. */
const askers: readonly (readonly [string, readonly string[]])[] = [
  ['gdbus', ['call', '--session', '-d', bus, '-o', '/org/freedesktop/DBus', '-m', `${bus}.NameHasOwner`, host]],
  ['dbus-send', ['--session', '--print-reply', `--dest=${bus}`, '/', `${bus}.NameHasOwner`, `string:${host}`]],
  ['busctl', ['--user', 'call', bus, '/org/freedesktop/DBus', bus, 'NameHasOwner', 's', host]],
]
const patienceMs = 1000

/**
 * Whether the desktop shows tray icons. Electron doesn't tell: on Linux it hands its icon to a StatusNotifierWatcher, which
 * GNOME has only with an extension. Where nobody can be asked, the answer is no: too little is promised then.
 */
export async function hasTray(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (platform !== 'linux') return true
  // Without an address these programs would start a bus of their own.
  if (!env['DBUS_SESSION_BUS_ADDRESS'] && !existsSync(join(env['XDG_RUNTIME_DIR'] || '/nowhere', 'bus'))) return false
  for (const [program, args] of askers) {
    const answer = await new Promise<string | null>((resolve) => {
      execFile(program, args, { env, timeout: patienceMs }, (error, stdout) => {
        resolve(error === null ? stdout : null)
      })
    })
    if (answer !== null) return /\btrue\b/.test(answer)
  }
  return false
}
