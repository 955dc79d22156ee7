import { join } from 'node:path'
import { AppError } from '../../src-preload/contract/errors'
import { createBackend, type Backend, type BackendOptions } from './backend'
import { askedOfEngines, engineOptionsFrom, profileDirFrom, versionOf, type Installation } from './places'

/** What better-sqlite3 is built for: an older Node crashes in it without a word. */
const neededNapi = 10
const neededNode = '22.14'

/** @throws AppError `program.oldNode` {found, needed} */
export function requireNode({ napi = '0', node }: NodeJS.ProcessVersions): void {
  if (Number(napi) < neededNapi) throw new AppError('program.oldNode', { found: node, needed: neededNode })
}

/** The backend as this program runs it: places from the environment, the job program beside the built file. @throws AppError: why it can't start */
export function startBackend(
  installation: Installation,
  env: NodeJS.ProcessEnv,
  options: Pick<BackendOptions, 'ignoresQueuePause'> = {},
): Backend {
  requireNode(process.versions)
  // Texts and what was learned from them are for this person alone, in whatever folder the profile lies.
  process.umask(0o077)
  const { programDir } = installation
  return createBackend({
    profileDir: profileDirFrom(env),
    jobEntry: join(programDir, 'job.cjs'),
    resourcesDir: env['HOMEGROWN_RESOURCES'] ?? join(programDir, '..', '..', 'resources'),
    engineOptions: engineOptionsFrom(env),
    askedOfEngines: askedOfEngines(env),
    appVersion: versionOf(installation),
    checkOutput: env['HOMEGROWN_CHECK'] === '1',
    ...options,
  })
}
