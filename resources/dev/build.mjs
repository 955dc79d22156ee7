// Builds out/ when the sources differ from those of the last build.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { note, seconds } from './cache.mjs'
import { locked } from './lock.mjs'

const root = join(import.meta.dirname, '../..')
const stamp = join(root, 'out/.stamp')
const tool = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
const single = ['electron.vite.config.ts', 'package-lock.json', 'tsconfig.base.json']
const folders = ['src-main', 'src-preload', 'src-renderer']

/** Names, sizes and times of everything that is built: a deleted file counts as a change too. */
function fingerprint() {
  const hash = createHash('sha256')
  const inside = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  )
  for (const file of [...single.map((name) => join(root, name)), ...inside].sort()) {
    const { size, mtimeMs } = statSync(file)
    hash.update(`${file}\0${size}\0${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

const isFresh = (want) => existsSync(stamp) && readFileSync(stamp, 'utf8') === want

/** Leaves a current build in out/; ends the process with a message when it cannot. */
export function build() {
  if (isFresh(fingerprint())) return
  mkdirSync(join(root, 'out'), { recursive: true })
  locked(join(root, 'out/.lock'), 'build', () => {
    const want = fingerprint()
    if (isFresh(want)) return
    const since = Date.now()
    note('Building ...')
    const done = spawnSync(process.execPath, [tool, 'build', '--logLevel', 'warn'], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NODE_ENV: 'production' },
    })
    if (done.status !== 0) {
      process.stderr.write(`${done.stdout}${done.stderr}\nThe build failed.\n`)
      process.exit(1)
    }
    writeFileSync(stamp, want)
    note(`Built (${seconds(since)}).`)
  })
}

if (process.argv[1] === import.meta.filename) build()
