import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
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

/** In order of preference; HOMEGROWN_ENGINE=wasm leaves all of them out. */
export function engineOptionsFrom(env: Env): EngineOptions {
  const runtimeDir = join(cacheDirFrom(env), 'runtime')
  const own = env['HOMEGROWN_TENSORFLOW_DIR']
  const virtualEnv = env['VIRTUAL_ENV']
  const python = virtualEnv === undefined ? [] : pythonFolders(virtualEnv)
  const wished = engineId.safeParse(env['HOMEGROWN_ENGINE'])
  return {
    engine: wished.success ? wished.data : 'auto',
    tensorflowDirs: [
      ...(own === undefined ? [] : [own]),
      join(runtimeDir, enginePackages.tensorflow.folder),
      ...python,
    ],
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
