import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Folder of the libtensorflow that the tests use: HOMEGROWN_TENSORFLOW_DIR, else where `npm start` puts it. Throws where
 * there is none: a test that needs the fast engine fails without it rather than pass unseen.
 */
export function tensorflowDir(): string {
  const named = process.env['HOMEGROWN_TENSORFLOW_DIR']
  const cache =
    process.env['HOMEGROWN_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'homegrown')
  const dir = named ?? join(cache, 'runtime', 'tensorflow-cpu-2.21.0')
  if (!existsSync(dir)) throw new Error(`No libtensorflow in ${dir}: run "npm start" or set HOMEGROWN_TENSORFLOW_DIR.`)
  return dir
}
