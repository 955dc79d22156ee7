import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createBackend, type Backend } from './backend'
import { engineOptionsFrom, profileDirFrom } from './places'

/** Where the built programs lie beside each other (out/main); the page, the resources and package.json are around it. */
export interface Installation {
  readonly programDir: string
}

export const pageDirOf = ({ programDir }: Installation): string => join(programDir, '..', 'renderer')

/** The backend as this program runs it: places from the environment, the job program beside the built file. */
export function startBackend({ programDir }: Installation, env: NodeJS.ProcessEnv): Backend {
  // Texts and what was learned from them are for this person alone, in whatever folder the profile lies.
  process.umask(0o077)
  const packageJson = readFileSync(join(programDir, '..', '..', 'package.json'), 'utf8')
  const { version } = JSON.parse(packageJson) as { version: string }
  return createBackend({
    profileDir: profileDirFrom(env),
    jobEntry: join(programDir, 'job.cjs'),
    resourcesDir: env['HOMEGROWN_RESOURCES'] ?? join(programDir, '..', '..', 'resources'),
    engineOptions: engineOptionsFrom(env),
    appVersion: version,
    checkOutput: env['HOMEGROWN_CHECK'] === '1',
  })
}
