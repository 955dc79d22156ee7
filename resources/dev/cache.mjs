// What is fetched once a machine, outside the tree, so that a second clone does not fetch it again.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { homedir, platform } from 'node:os'
import { join } from 'node:path'

/** The same folder as the app's own (src-main/backend): HOMEGROWN_CACHE, else the platform's place for caches. */
export function cacheDir() {
  const { HOMEGROWN_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env
  if (HOMEGROWN_CACHE) return HOMEGROWN_CACHE
  if (platform() === 'darwin') return join(homedir(), 'Library/Caches/homegrown')
  if (platform() === 'win32') return join(LOCALAPPDATA ?? join(homedir(), 'AppData/Local'), 'homegrown')
  return join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'homegrown')
}

const prefix = '.fetching-'
const abandonedMs = 3600_000

/** Runs `work(dir)` with a temporary folder beside the final place, so that the result can be renamed into it. */
export function withWorkDir(parent, work) {
  mkdirSync(parent, { recursive: true })
  // Left by a fetch that was interrupted.
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(prefix))) {
    const old = join(parent, name)
    if (Date.now() - statSync(old).mtimeMs > abandonedMs) rmSync(old, { recursive: true, force: true })
  }
  const dir = mkdtempSync(join(parent, prefix))
  try {
    return work(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Prints a line for a step that takes long, to stderr: stdout belongs to what a command answers. */
export function note(text) {
  process.stderr.write(`${text}\n`)
}

export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(0)} s`
