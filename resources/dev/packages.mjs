// What the end-to-end tests need from Debian; installed when this runs as root, named in one error otherwise.
import { spawnSync } from 'node:child_process'
import { note, seconds } from './cache.mjs'
import { findPython } from './wheel.mjs'

const needed = [
  'chromium',
  'xvfb',
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'fonts-dejavu-core',
  'fonts-noto-cjk',
]

/** Debian 13 renamed some: a package counts when any of its names is installed. */
const renamed = { 'libgtk-3-0': 'libgtk-3-0t64', libasound2: 'libasound2t64' }

function isInstalled(name) {
  const asked = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' })
  return asked.stdout === 'installed'
}

/** Ends the process with one clear message when something is missing and cannot be installed. */
export function installPackages() {
  const hasDpkg = spawnSync('dpkg-query', ['--version'], { stdio: 'ignore' }).status === 0
  // Elsewhere the programs say themselves what they lack.
  if (!hasDpkg) return
  const missing = needed.filter((name) => !isInstalled(name) && !(renamed[name] && isInstalled(renamed[name])))
  if (findPython() === null) missing.push('python3-pip')
  if (missing.length === 0) return
  if (process.getuid?.() !== 0) {
    note(`The tests need these packages: sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`)
    process.exit(1)
  }
  const since = Date.now()
  note(`Installing Debian packages for the tests: ${missing.join(' ')} ...`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (args) => spawnSync('apt-get', ['-q', ...args], { env, encoding: 'utf8' })
  apt(['update'])
  const done = apt(['install', '-y', '--no-install-recommends', ...missing])
  if (done.status !== 0) {
    note(`${done.stdout}${done.stderr}\nThese packages could not be installed: ${missing.join(' ')}`)
    process.exit(1)
  }
  note(`The packages are there (${seconds(since)}).`)
}
