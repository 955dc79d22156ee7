// Where Electron's program is, fetched on the first start; the package itself comes without it.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { note, seconds } from './cache.mjs'

const folder = join(import.meta.dirname, '../../node_modules/electron')

/** Chromium refuses its sandbox to root; everyone else gets it. */
export const rootArguments = process.getuid?.() === 0 ? ['--no-sandbox'] : []

function installed() {
  try {
    const name = readFileSync(join(folder, 'path.txt'), 'utf8')
    const given = process.env.ELECTRON_OVERRIDE_DIST_PATH
    const program = join(given ?? join(folder, 'dist'), name)
    return existsSync(program) ? program : null
  } catch {
    const given = process.env.ELECTRON_OVERRIDE_DIST_PATH
    const program = given ? join(given, process.platform === 'win32' ? 'electron.exe' : 'electron') : null
    return program !== null && existsSync(program) ? program : null
  }
}

/** @returns {program} or {problem: one sentence} */
export function findElectron() {
  if (process.env.HOMEGROWN_BROWSER === '1') return { problem: 'HOMEGROWN_BROWSER=1 asks for the browser.' }
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    return { problem: 'There is no display here for a window of its own.' }
  }
  if (installed() === null) {
    const since = Date.now()
    note('Fetching Electron (110 MB, once) ...')
    spawnSync(process.execPath, [join(folder, 'install.js')], { stdio: 'ignore', timeout: 300_000 })
    if (installed() === null) return { problem: 'Electron could not be fetched from here.' }
    note(`Electron is there (${seconds(since)}).`)
  }
  const program = installed()
  // It may be there and still not start: system libraries are missing on bare machines.
  const tried = spawnSync(program, [...rootArguments, '--version'], { stdio: 'ignore', timeout: 20_000 })
  return tried.status === 0 ? { program } : { problem: 'Electron does not start here (system libraries are missing).' }
}
