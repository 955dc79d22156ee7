import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
let isCurrent = false

/**
 * Brings out/ up to date and gives the path of a program in it, for example `job.cjs`. Each test file looks only once:
 * that takes a tenth of a second, and some files start a hundred programs.
 */
export function built(program: string): string {
  if (!isCurrent) {
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'resources/dev/build.mjs')], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`The build failed:\n${stderr}`)
    isCurrent = true
  }
  return join(root, 'out/main', program)
}
