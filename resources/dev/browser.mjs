// The system's browser, led to an address that holds a secret.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Opens an address in the system's browser, in the background.
 * @param {string} address whose fragment may hold the token
 * @param {string} dir absolute path of a folder to keep the page in that leads there. Not a hidden one and not the
 *   system's temporary one: browsers in a snap may read neither.
 * @param {() => void} onProblem called where no browser can be opened
 */
export function openAddress(address, dir, onProblem) {
  const headless = process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY
  if (headless) return onProblem()
  const [program, ...args] = { darwin: ['open'], win32: ['rundll32', 'url.dll,FileProtocolHandler'] }[
    process.platform
  ] ?? ['xdg-open']
  let page
  try {
    page = redirectTo(address, dir)
  } catch {
    // A full disk, say: the address is on the terminal all the same.
    return onProblem()
  }
  spawn(program, [...args, page], { stdio: 'ignore', detached: true })
    .on('error', onProblem)
    .unref()
}

/**
 * A page for this person alone that leads to the address: on the browser's command line the token in it could be read
 * by every user of this computer (Jupyter does the same). Gone again with this process.
 */
function redirectTo(address, dir) {
  mkdirSync(dir, { recursive: true })
  // mkdtemp makes folders of mode 0700.
  const folder = mkdtempSync(join(dir, 'open-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'open.html')
  const target = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  const page = `<!doctype html><meta http-equiv="refresh" content="0;url=${target}"><a href="${target}">Homegrown</a>\n`
  writeFileSync(file, page, { mode: 0o600, flag: 'wx' })
  return pathToFileURL(file).href
}
