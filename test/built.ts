import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** Brings out/ up to date (at once where it is) and gives the path of a program in it, for example `job.cjs`. */
export function built(program: string): string {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'resources/dev/build.mjs')], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`The build failed:\n${stderr}`)
  return join(root, 'out/main', program)
}
