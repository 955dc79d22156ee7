import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createBackend, type Backend } from './backend'
import { askedOfEngines, engineOptionsFrom, profileDirFrom } from './places'

/** Where the built programs lie beside each other (out/main); the page, the resources and package.json are around it. */
export interface Installation {
  readonly programDir: string
}

export const pageDirOf = ({ programDir }: Installation): string => join(programDir, '..', 'renderer')

/** Of the whole program, as package.json says. */
export function versionOf({ programDir }: Installation): string {
  const packageJson = readFileSync(join(programDir, '..', '..', 'package.json'), 'utf8')
  return (JSON.parse(packageJson) as { version: string }).version
}

/** The backend as this program runs it: places from the environment, the job program beside the built file. */
export function startBackend(installation: Installation, env: NodeJS.ProcessEnv): Backend {
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
  })
}
