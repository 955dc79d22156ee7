// The fast engine, as the app itself installs it: `homegrown engine install tensorflow` of the build in out/.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDir, note, seconds } from './cache.mjs'

const program = join(import.meta.dirname, '../../out/main/cli.cjs')
const runtimeDir = () => join(cacheDir(), 'runtime')

/** Folder of the fast engine in the cache, or null. The manifest is written last: without it nothing is there. */
export function engineDir() {
  if (!existsSync(runtimeDir())) return null
  const name = readdirSync(runtimeDir()).find((entry) => entry.startsWith('tensorflow-cpu-') && isWhole(entry))
  return name === undefined ? null : join(runtimeDir(), name)
}

const isWhole = (folder) => existsSync(join(runtimeDir(), folder, 'engine.json'))

/** Sees to the fast engine, after the build; true when it is there. Never fails: without it everything still works. */
export function installEngine() {
  if (process.env.HOMEGROWN_ENGINE === 'wasm' || process.env.HOMEGROWN_TENSORFLOW_DIR) return false
  if (engineDir() !== null) return true
  const since = Date.now()
  note('Installing the fast engine (TensorFlow, 274 MB to fetch, once) ...')
  // stdout belongs to what a command answers.
  const { status } = spawnSync(process.execPath, [program, 'engine', 'install', 'tensorflow'], {
    stdio: ['ignore', 2, 2],
  })
  if (status === 0) note(`The fast engine is there (${seconds(since)}).`)
  else note('Homegrown goes on with its built-in engine (WASM), which is slower.')
  return status === 0
}
