// The fast engine: libtensorflow out of the wheel that Python's package index carries. Only the two libraries and
// their licences are kept, in the cache folder, where the app looks for them.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheDir, note, seconds, withWorkDir } from './cache.mjs'
import { fetchWheel, findPython, unpack } from './wheel.mjs'

const version = '2.21.0'
const wheel = {
  requirement: `tensorflow-cpu==${version}`,
  sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  platform: 'manylinux_2_27_x86_64',
  abi: 'cp311',
}
const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']
const members = [
  ...libraries.map((name) => `tensorflow/${name}`),
  'tensorflow/include/LICENSE',
  'tensorflow/THIRD_PARTY_NOTICES.txt',
]
const without = 'Homegrown goes on with its built-in engine (WASM), which is slower.'

/** Folder of the fast engine in the cache. */
export const engineDir = () => join(cacheDir(), 'runtime', `tensorflow-cpu-${version}`)
const isThere = () => libraries.every((name) => existsSync(join(engineDir(), name)))

/** Sees to the fast engine; true when it is there. Never fails: without it everything still works. */
export function installEngine() {
  if (process.env.HOMEGROWN_ENGINE === 'wasm' || process.env.HOMEGROWN_TENSORFLOW_DIR) return false
  if (isThere()) return true
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    note(`The fast engine is only packaged for Linux on x64 so far. ${without}`)
    return false
  }
  const python = findPython()
  if (python === null) {
    note(`The fast engine is fetched with Python's pip, which is not installed here. ${without}`)
    return false
  }
  return withWorkDir(dirname(engineDir()), (dir) => {
    const since = Date.now()
    note(`Fetching the fast engine (TensorFlow ${version}, 274 MB, once) ...`)
    const file = fetchWheel(python, wheel, dir)
    if (file === null) {
      note(`The fast engine could not be fetched. ${without}`)
      return false
    }
    note('Unpacking the fast engine (850 MB) ...')
    const unpacked = join(dir, 'engine')
    mkdirSync(unpacked)
    if (!unpack(python, file, members, unpacked)) {
      note(`The fast engine could not be unpacked. ${without}`)
      return false
    }
    // Another process may have been first; then its copy is as good.
    if (!isThere()) {
      rmSync(engineDir(), { recursive: true, force: true })
      renameSync(unpacked, engineDir())
    }
    note(`The fast engine is there (${seconds(since)}).`)
    return true
  })
}

if (process.argv[1] === import.meta.filename) installEngine()
