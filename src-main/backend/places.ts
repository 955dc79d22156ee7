import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { engineId } from '../../src-preload/contract/records'
import { enginePackages } from '../plan/engine-packages'
import type { EngineOptions } from './jobs/protocol'

type Env = NodeJS.ProcessEnv

const appData = (env: Env): string => {
  switch (process.platform) {
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support')
    case 'win32':
      return env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming')
    default:
      return env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share')
  }
}

const appCache = (env: Env): string => {
  switch (process.platform) {
    case 'darwin':
      return join(homedir(), 'Library', 'Caches')
    case 'win32':
      return env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local')
    default:
      return env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  }
}

/** Where everything that a person made lies: HOMEGROWN_PROFILE, else the system's place for an app's data. */
export const profileDirFrom = (env: Env): string => env['HOMEGROWN_PROFILE'] ?? join(appData(env), 'homegrown')

/** Where things lie that can be made again: HOMEGROWN_CACHE, else the system's place for that. */
export const cacheDirFrom = (env: Env): string => env['HOMEGROWN_CACHE'] ?? join(appCache(env), 'homegrown')

/** Empty means unset. */
const named = (env: Env, name: string): string | null => env[name]?.trim() || null

/** What the environment asks of engines, as it stands there: it may be nothing that exists. */
export interface AskedOfEngines {
  readonly engine: string | null
  /** Absolute. */
  readonly tensorflowDir: string | null
}

export function askedOfEngines(env: Env): AskedOfEngines {
  const folder = named(env, 'HOMEGROWN_TENSORFLOW_DIR')
  return { engine: named(env, 'HOMEGROWN_ENGINE'), tensorflowDir: folder === null ? null : resolve(folder) }
}

/** In order of preference; HOMEGROWN_ENGINE=wasm leaves all of them out. */
export function engineOptionsFrom(env: Env): EngineOptions {
  const runtimeDir = join(cacheDirFrom(env), 'runtime')
  const asked = askedOfEngines(env)
  const own = asked.tensorflowDir
  const virtualEnv = env['VIRTUAL_ENV']
  const python = virtualEnv === undefined ? [] : pythonFolders(virtualEnv)
  const wished = engineId.safeParse(asked.engine)
  return {
    engine: wished.success ? wished.data : 'auto',
    tensorflowDirs: [...(own === null ? [] : [own]), join(runtimeDir, enginePackages.tensorflow.folder), ...python],
    runtimeDir,
    programsDir: join(cacheDirFrom(env), 'programs'),
  }
}

/** TensorFlow in the active Python environment, where there is one: found without starting Python. */
function pythonFolders(virtualEnv: string): string[] {
  const minors = Array.from({ length: 12 }, (_, i) => 20 - i)
  return minors
    .map((minor) => join(virtualEnv, 'lib', `python3.${minor}`, 'site-packages', 'tensorflow'))
    .filter((folder) => existsSync(folder))
}
