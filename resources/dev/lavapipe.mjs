// A graphics card made of software, for the tests of WebGPU: Mesa's lavapipe 25, which Dawn accepts. Debian 12 has an
// older one, so it comes from the backports of the mirror that this machine already uses. Only files in the cache: the
// system's packages and sources stay as they are.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheDir, note, seconds, withWorkDir } from './cache.mjs'

const target = () => join(cacheDir(), 'vulkan', 'lavapipe')
const driver = 'libvulkan_lvp.so'
const without = 'The tests of WebGPU use Chromium’s software card, or say that they are skipped.'

const run = (program, args) => spawnSync(program, args, { encoding: 'utf8' })

/** Lines for apt: the machine's own Debian mirror and its backports. null where it has none. */
function sources() {
  const rows = run('apt-get', ['indextargets', '--format', '$(SITE) $(CODENAME) $(COMPONENT)']).stdout ?? ''
  const row = rows.split('\n').find((line) => /\/debian\/? \w+ main$/.test(line))
  if (row === undefined) return null
  const [site, codename] = row.split(' ')
  return [codename, `${codename}-backports`].map((suite) => `deb ${site} ${suite} main\n`).join('')
}

/** Sees to lavapipe; true when it is there. Without it nothing fails. */
export function installLavapipe() {
  if (existsSync(join(target(), 'icd.json'))) return true
  const list = process.platform === 'linux' && run('dpkg-query', ['--version']).status === 0 ? sources() : null
  if (list === null) return false
  return withWorkDir(dirname(target()), (dir) => {
    const since = Date.now()
    note('Fetching a software graphics card for the tests (30 MB, once) ...')
    for (const folder of ['lists/partial', 'cache/archives/partial', 'root', 'lavapipe']) {
      mkdirSync(join(dir, folder), { recursive: true })
    }
    writeFileSync(join(dir, 'sources.list'), list)
    const options = {
      'Dir::Etc::sourcelist': join(dir, 'sources.list'),
      'Dir::Etc::sourceparts': '/dev/null',
      'Dir::State::lists': join(dir, 'lists'),
      'Dir::Cache': join(dir, 'cache'),
      'Debug::NoLocking': '1',
      'APT::Sandbox::User': '',
    }
    const set = Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`])
    const suite = `${list.split(' ')[2]}-backports`
    run('apt-get', [...set, 'update'])
    const wanted = ['-t', suite, 'mesa-vulkan-drivers', 'libvulkan1']
    const got = run('apt-get', [...set, 'install', '-y', '-q', '--download-only', '--no-install-recommends', ...wanted])
    if (got.status !== 0) {
      note(`${got.stderr}The software graphics card could not be fetched. ${without}`)
      return false
    }
    const archives = join(dir, 'cache', 'archives')
    for (const file of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
      run('dpkg-deb', ['-x', join(archives, file), join(dir, 'root')])
    }
    const libraries = join(dir, 'root', 'usr', 'lib', `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`)
    const own = join(dir, 'lavapipe')
    // What the system lacks lies beside the driver; tests load it first.
    for (const name of existsSync(libraries) ? readdirSync(libraries) : []) {
      if (name === driver || /^lib(vulkan|drm|LLVM.*|wayland-client|xcb.*|X11-xcb|xshmfence)\.?.*\.so\.\d+$/.test(name))
        copyFileSync(join(libraries, name), join(own, name))
    }
    if (!existsSync(join(own, driver)) || !existsSync(join(own, 'libvulkan.so.1'))) {
      note(`The software graphics card is not in its package. ${without}`)
      return false
    }
    const icd = { ICD: { api_version: '1.4.305', library_path: `./${driver}` }, file_format_version: '1.0.0' }
    writeFileSync(join(own, 'icd.json'), JSON.stringify(icd))
    rmSync(target(), { recursive: true, force: true })
    renameSync(own, target())
    note(`The software graphics card is there (${seconds(since)}).`)
    return true
  })
}

if (process.argv[1] === import.meta.filename) installLavapipe()
