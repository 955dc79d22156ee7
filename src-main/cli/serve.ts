import { serveBrowser } from '../backend/rpc/http'
import { pageDirOf, startBackend, type Installation } from '../backend/start'
import type { Arguments } from './arguments'
import { onInterrupt } from './interrupt'
import { jsonLine, line } from './output'
import { texts } from './text'

/** Any free one. */
const defaultPort = 0

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
  const backend = startBackend(installation, env)
  const server = await serveBrowser({
    ...backend,
    uploads: backend.services.uploads,
    pageDir: pageDirOf(installation),
    port: Number(env['HOMEGROWN_PORT'] ?? defaultPort),
  })
  if (options.json === true) jsonLine({ type: 'serving', address: server.address })
  else line(texts.serving(server.address))
  await told
  await server.close()
  await backend.close()
  return 0
}
