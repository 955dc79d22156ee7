import { AppError } from '../../src-preload/contract/errors'
import { keepBackend, type KeptBackend } from '../backend/keep-backend'
import { pageDirOf, profileDirFrom, type Installation } from '../backend/places'
import { newToken } from '../backend/rpc/access'
import { addressOf, serveBrowser, type BrowserServer, type BrowserServerOptions } from '../backend/rpc/http'
import { isServing, readServed, writeServed, type Served } from '../backend/served'
import type { Arguments } from './arguments'
import { onInterrupt } from './interrupt'
import { jsonLine, line } from './output'
import { texts } from './text'

/** Where a profile is served for the first time; another one when somebody has it. */
const firstPort = 7717
const anyPort = 0
const quietMs = 3000

/** Browser mode: prints the address, then serves until it is told to end. */
export async function serve(
  installation: Installation,
  env: NodeJS.ProcessEnv,
  { options }: Pick<Arguments, 'options'>,
): Promise<number> {
  // Before anything is started: whoever reads the address may end it at once.
  const told = new Promise<void>((resolve) => {
    onInterrupt((why) => {
      // Whoever started it may read the address and then close the pipe.
      if (why !== 'readerGone') resolve()
    })
    // The start script, if there is one: killed hard, it cannot pass a signal on.
    process.on('disconnect', resolve)
  })
  const asked = portFrom(options.port ?? (env['HOMEGROWN_PORT'] || undefined))
  const profileDir = profileDirFrom(env)
  const last = readServed(profileDir)
  if (await isServing(last)) {
    const address = addressOf(last.port ?? 0, last.key)
    if (options.json === true) jsonLine({ type: 'serving', address, already: true })
    else line(texts.servedAlready(address))
    return 0
  }
  const kept = keepBackend(installation, env)
  try {
    const { services } = await kept.backend()
    const wanted = { port: asked ?? last.port, key: options['new-key'] === true ? newToken() : last.key }
    const rest = { ...kept, uploads: services.uploads, pageDir: pageDirOf(installation), token: wanted.key }
    const server = await listen(wanted, rest)
    remember(profileDir, { port: asked === anyPort ? last.port : server.port, key: wanted.key })
    const address = addressOf(server.port, server.token)
    if (options.json === true) jsonLine({ type: 'serving', address })
    else line(texts.serving(address))
    await told
    await server.close()
  } finally {
    await closeSaving(kept, options.json === true)
  }
  return 0
}

/** Saving takes as long as it takes: it is said where that is long, and whoever asks again waits no longer. */
async function closeSaving(kept: KeptBackend, json: boolean): Promise<void> {
  const saying = setTimeout(() => {
    const { run } = kept.closing()
    if (run === null) return
    // Not before: one Ctrl-C may arrive twice, from the terminal and from the start script.
    onInterrupt(kept.giveUp)
    if (json) jsonLine({ type: 'saving', name: run.name, savedStep: run.savedStep })
    else line(texts.servingSaves(run.name, run.savedStep))
  }, quietMs)
  await kept.close()
  clearTimeout(saying)
}

/** @throws AppError `port.taken` {port} where that one was asked for or served last time */
async function listen({ port }: Served, options: Omit<BrowserServerOptions, 'port'>): Promise<BrowserServer> {
  if (port !== null) return await serveBrowser({ ...options, port })
  try {
    return await serveBrowser({ ...options, port: firstPort })
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'port.taken') throw error
    return await serveBrowser({ ...options, port: anyPort })
  }
}

function remember(profileDir: string, value: Served): void {
  try {
    writeServed(profileDir, value)
  } catch {
    // A profile that can only be read is served all the same, each time with another key.
  }
}

/** @throws AppError `port.invalid` {port} */
function portFrom(text: string | undefined): number | null {
  if (text === undefined) return null
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new AppError('port.invalid', { port: text })
  return port
}
