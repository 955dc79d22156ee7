// node_modules as package-lock.json says. Node built-ins only: this runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { locked } from './lock.mjs'

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const modules = join(root, 'node_modules')
export const installLock = join(root, '.install-lock')

export const json = (file) => JSON.parse(readFileSync(file, 'utf8'))

/** Whether npm's `os` or `cpu` list (also with `!` entries) admits a value. */
function fits(list, value) {
  if (list === undefined) return true
  const all = [list].flat()
  const no = all.filter((x) => x.startsWith('!')).map((x) => x.slice(1))
  const yes = all.filter((x) => !x.startsWith('!'))
  return !no.includes(value) && (yes.length === 0 || yes.includes(value) || yes.includes('any'))
}

/** Null when installed exactly as locked, otherwise a short reason. */
function stale() {
  let want, have
  try {
    want = json(join(root, 'package-lock.json')).packages
  } catch {
    return 'package-lock.json cannot be read'
  }
  try {
    have = json(join(modules, '.package-lock.json')).packages
  } catch {
    return 'not installed yet'
  }
  for (const [path, wanted] of Object.entries(want)) {
    if (path === '' || wanted.link || wanted.extraneous) continue
    const got = have[path]
    if (got === undefined) {
      // npm leaves out optional packages of other platforms (and optional ones that failed).
      const left = wanted.optional || wanted.devOptional || wanted.peer
      if (left || !fits(wanted.os, process.platform) || !fits(wanted.cpu, process.arch)) continue
      return `${path} is missing`
    }
    if (got.version !== wanted.version || (wanted.integrity && got.integrity && got.integrity !== wanted.integrity)) {
      return `${path} is ${got.version}, the lock says ${wanted.version}`
    }
    if (!existsSync(join(root, path, 'package.json'))) return `${path} has no files`
  }
  return null
}

/** The environment with this Node first on PATH, and then what npm puts there. */
export function environment(node) {
  const inherited = (process.env.PATH ?? '').split(delimiter).filter((p) => p && !p.startsWith(modules + sep))
  // Windows spells it "Path".
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => key.toUpperCase() !== 'PATH'))
  env.PATH = [dirname(node), join(modules, '.bin'), ...inherited].join(delimiter)
  return env
}

/** How to run npm itself (the one that started us) on the given Node: arguments for spawn. */
export function npm(node, args, cwd = root) {
  const options = { cwd, stdio: 'inherit', env: environment(node) }
  const cli = process.env.npm_execpath
  return cli && /npm-cli\.c?js$/.test(cli)
    ? [node, [cli, ...args], options]
    : ['npm', args, { ...options, shell: true }]
}

const arguments_ = [
  'ci',
  // whatever the person's npm settings or NODE_ENV say:
  '--include=dev',
  '--include=optional',
  '--include=peer',
  '--engine-strict=false',
  '--ignore-scripts', // nothing here needs one; better-sqlite3's would look for Node headers
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
]

/** `npm ci` in a folder, tried twice: registries hiccup. Its output goes to stderr: stdout belongs to the command. */
export function ci(node, cwd) {
  const [program, args, options] = npm(node, arguments_, cwd)
  const once = () => spawnSync(program, args, { ...options, stdio: ['ignore', 2, 2] }).status === 0
  if (once()) return true
  process.stderr.write('npm ci failed; trying once more ...\n')
  return once()
}

/** Makes node_modules match the lock, by the given Node; ends the process when that cannot be done. */
export function install(node) {
  if (!stale()) return
  locked(installLock, 'install', () => {
    const why = stale() // another process may just have finished
    if (!why) return
    process.stderr.write(`Installing packages (${why}) ...\n`)
    if (!ci(node, root)) {
      process.stderr.write('The packages could not be installed: see the message above; is there a network?\n')
      process.exit(1)
    }
  })
}
