import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { engineId } from '../../src-preload/contract/records/computer'
import { enginePackages } from '../plan/engine-packages'
import type { EngineOptions } from './jobs/protocol'

type Env = NodeJS.ProcessEnv

/** Where the built programs lie beside each other (out/main); the page, the resources and package.json are around it. */
export interface Installation {
  readonly programDir: string
}

/** Of the whole program, as package.json says. */
export function versionOf({ programDir }: Installation): string {
  const packageJson = readFileSync(join(programDir, '..', '..', 'package.json'), 'utf8')
  return (JSON.parse(packageJson) as { version: string }).version
}

export const pageDirOf = ({ programDir }: Installation): string => join(programDir, '..', 'renderer')

/** An empty variable means none: that is how a shell writes one it doesn't have. */
const valueOf = (env: Env, name: string): string | undefined => env[name]?.trim() || undefined

/** A folder that a person named, from where they stand. */
function folderFrom(env: Env, name: string): string | undefined {
  const named = valueOf(env, name)
  return named === undefined ? undefined : resolve(named)
}

/** One that the system sets; the XDG specification has relative ones ignored. */
function systemFolder(env: Env, name: string): string | undefined {
  const named = valueOf(env, name)
  return named !== undefined && isAbsolute(named) ? named : undefined
}

const appData = (env: Env): string => {
  switch (process.platform) {
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support')
    case 'win32':
      return systemFolder(env, 'APPDATA') ?? join(homedir(), 'AppData', 'Roaming')
    default:
      return systemFolder(env, 'XDG_DATA_HOME') ?? join(homedir(), '.local', 'share')
  }
}

const appCache = (env: Env): string => {
  switch (process.platform) {
    case 'darwin':
      return join(homedir(), 'Library', 'Caches')
    case 'win32':
      return systemFolder(env, 'LOCALAPPDATA') ?? join(homedir(), 'AppData', 'Local')
    default:
      return systemFolder(env, 'XDG_CACHE_HOME') ?? join(homedir(), '.cache')
  }
}

/** Where everything that a person made lies: HOMEGROWN_PROFILE, else the system's place for an app's data. */
export const profileDirFrom = (env: Env): string =>
  folderFrom(env, 'HOMEGROWN_PROFILE') ?? join(appData(env), 'homegrown')

/** Where things lie that can be made again: HOMEGROWN_CACHE, else the system's place for that. */
export const cacheDirFrom = (env: Env): string => folderFrom(env, 'HOMEGROWN_CACHE') ?? join(appCache(env), 'homegrown')

/** What the environment asks of engines, as it stands there: it may be nothing that exists. */
export interface AskedOfEngines {
  readonly engine: string | null
  /** Absolute. */
  readonly tensorflowDir: string | null
}

export const askedOfEngines = (env: Env): AskedOfEngines => ({
  engine: valueOf(env, 'HOMEGROWN_ENGINE') ?? null,
  tensorflowDir: folderFrom(env, 'HOMEGROWN_TENSORFLOW_DIR') ?? null,
})

/** In order of preference; HOMEGROWN_ENGINE=wasm leaves all of them out. */
export function engineOptionsFrom(env: Env): EngineOptions {
  const runtimeDir = join(cacheDirFrom(env), 'runtime')
  const asked = askedOfEngines(env)
  const own = asked.tensorflowDir
  const virtualEnv = folderFrom(env, 'VIRTUAL_ENV')
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
