import { join } from 'node:path'
import { AppError } from '../../src-preload/contract/errors'
import type { AppEvent } from '../../src-preload/contract/events'
import { installableEngine, type InstallableEngine } from '../../src-preload/contract/records'
import { createSupervisor } from '../backend/jobs/supervisor'
import { engineOptionsFrom } from '../backend/places'
import { createEngines, type EngineService } from '../backend/services/engines'
import type { Installation } from '../backend/start'
import { operandsOf, UsageError, type Arguments } from './arguments'
import { exitCodes } from './exit'
import { jsonLine, line, overwrite, write } from './output'
import { texts } from './text'

/**
 * `engine`: what can be installed; `engine install NAME`, `engine remove NAME`. Needs no profile: engines belong to the
 * computer.
 */
export async function engine({ programDir }: Installation, env: NodeJS.ProcessEnv, args: Arguments): Promise<number> {
  const json = args.options.json === true
  const terminal = process.stdout.isTTY && !json
  const jobs = createSupervisor({ jobEntry: join(programDir, 'job.cjs') })
  const emit = (event: AppEvent): void => {
    if (event.topic !== 'install' || event.kind !== 'progress') return
    const { stage, doneBytes, totalBytes } = event
    if (json) jsonLine({ type: 'progress', engine: event.engine, stage, doneBytes, totalBytes })
    else if (terminal) overwrite(texts.installing(stage, doneBytes, totalBytes))
  }
  const engines = createEngines({ jobs, engineOptions: engineOptionsFrom(env), emit })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void engines.cancel())
  try {
    return await perform(engines, args, terminal)
  } finally {
    await jobs.close(0)
  }
}

async function perform(engines: EngineService, args: Arguments, terminal: boolean): Promise<number> {
  const json = args.options.json === true
  const [action, wish] = args.operands
  if (action === undefined) {
    operandsOf(args)
    const packages = await engines.packages()
    if (json) line(JSON.stringify(packages, null, 2))
    else for (const entry of packages) line(texts.enginePackage(entry))
    return 0
  }
  operandsOf(args, 'install|remove', 'NAME')
  const name = nameOf(wish)
  switch (action) {
    case 'install':
      try {
        await engines.install(name, args.options.file ?? null)
      } catch (thrown) {
        const error = AppError.from(thrown)
        if (error.kind !== 'cancelled') throw error
        return exitCodes.interrupted
      } finally {
        if (terminal) write('\n')
      }
      if (json) jsonLine({ type: 'installed', engine: name })
      else line(texts.installed(name))
      return 0
    case 'remove':
      await engines.remove(name)
      if (json) jsonLine({ type: 'removed', engine: name })
      else line(texts.removed(name))
      return 0
    default:
      throw new UsageError(texts.unknownCommand(`engine ${action}`))
  }
}

/** @throws UsageError */
function nameOf(wish = ''): InstallableEngine {
  const known = installableEngine.safeParse(wish)
  if (!known.success) throw new UsageError(`${wish}? (${installableEngine.options.join(', ')})`)
  return known.data
}
