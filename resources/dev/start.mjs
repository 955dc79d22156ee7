// npm start, npm run dev: the build, the fast engine, then the app in its window or, where Electron cannot be had,
// the same app in the browser.
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { openAddress } from './browser.mjs'
import { build } from './build.mjs'
import { note } from './cache.mjs'
import { findElectron, rootArguments } from './electron.mjs'
import { installEngine } from './engine.mjs'

/** Its address comes over stdout; the channel carries nothing, and ends the server with this process. */
const serverStdio = ['ignore', 'pipe', 'inherit', 'ipc']
const root = join(import.meta.dirname, '../..')
const isDev = process.argv.includes('--dev')
// The backend runs on this very Node (docs/adr/0002-processes.md).
const env = { ...process.env, HOMEGROWN_NODE: process.execPath }
delete env.ELECTRON_RUN_AS_NODE
// From where the person stands, as on the command line: everything here runs in the root folder.
for (const name of ['HOMEGROWN_PROFILE', 'HOMEGROWN_CACHE', 'HOMEGROWN_TENSORFLOW_DIR']) {
  if (env[name]) env[name] = resolve(env.INIT_CWD ?? '', env[name])
}

const electron = findElectron()
if (electron.problem) note(`${electron.problem} Homegrown opens in the browser instead.`)
build()
installEngine()
if (isDev) await dev()
else {
  if (electron.program) run(electron.program, [...rootArguments, root], 'inherit')
  else openInBrowser(run(process.execPath, [join(root, 'out/main/serve.cjs')], serverStdio))
}

/** Runs a program for as long as this process lives, and ends with it. */
function run(program, args, stdio, more = {}) {
  const child = spawn(program, args, { cwd: root, stdio, env: { ...env, ...more } })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500).unref()
  child.on('error', (error) => {
    note(error.message)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)))
  return child
}

/** Passes on what the server says; its address goes to the system's browser too, where there is one. */
function openInBrowser(server, addressOf = (address) => address) {
  createInterface({ input: server.stdout }).on('line', async (line) => {
    const served = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(line)?.[0]
    if (!served) return void process.stdout.write(`${line}\n`)
    const address = await addressOf(served)
    process.stdout.write(`${line.replace(served, address)}\n`)
    openAddress(address, join(root, 'out'), () => note('Open this address in a browser on this computer.'))
  })
}

/** Hot reload of the page. In the window electron-vite rebuilds the rest too and restarts. */
async function dev() {
  if (electron.program) {
    const tool = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
    const noSandbox = rootArguments.length > 0 ? { NO_SANDBOX: '1' } : {}
    run(process.execPath, [tool, 'dev', '--watch'], 'inherit', { ELECTRON_EXEC_PATH: electron.program, ...noSandbox })
    return
  }
  const { createServer, loadConfigFromFile } = await import('vite')
  const file = join(root, 'electron.vite.config.ts')
  const { config } = await loadConfigFromFile({ command: 'serve', mode: 'development' }, file)
  const server = run(process.execPath, [join(root, 'out/main/serve.cjs')], serverStdio)
  openInBrowser(server, async (address) => {
    const { origin, hash } = new URL(address)
    // The backend's exact checks of Host and Origin stay as they are: the proxy speaks in the backend's own name.
    const proxy = { target: origin, changeOrigin: true, ws: true, rewriteWsOrigin: true, headers: { origin } }
    const vite = await createServer({
      ...config.renderer,
      configFile: false,
      server: { host: '127.0.0.1', proxy: { '/socket': proxy, '/upload': proxy, '/key': proxy } },
    })
    await vite.listen()
    return `${vite.resolvedUrls.local[0]}${hash}`
  })
}
