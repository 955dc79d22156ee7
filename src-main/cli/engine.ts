import { join } from 'node:path'
import { AppError } from '../../src-preload/contract/errors'
import type { AppEvent } from '../../src-preload/contract/events'
import { installableEngine } from '../../src-preload/contract/records/computer'
import { createSupervisor } from '../backend/jobs/supervisor'
import { engineOptionsFrom, type Installation } from '../backend/places'
import { createEngines, type EngineService } from '../backend/services/engines'
import type { Arguments } from './arguments'
import { interruptedCode, onInterrupt } from './interrupt'
import { json as jsonOver, jsonLine, line, overwrite } from './output'
import { texts } from './text'

type EngineCommand = 'engine' | 'engine install' | 'engine remove'

/** What can be installed; installs it, removes it. Needs no profile: engines belong to the computer. */
export async function engine(
  { programDir }: Installation,
  env: NodeJS.ProcessEnv,
  args: Arguments & { readonly command: EngineCommand },
): Promise<number> {
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
  const stopListening = onInterrupt(() => void engines.cancel())
  try {
    return await perform(engines, args, terminal)
  } finally {
    stopListening()
    await jobs.close(0)
  }
}

async function perform(
  engines: EngineService,
  { command, operands: [wish], options }: Arguments & { readonly command: EngineCommand },
  terminal: boolean,
): Promise<number> {
  const json = options.json === true
  switch (command) {
    case 'engine': {
      const packages = await engines.packages()
      if (json) jsonOver(packages)
      else for (const entry of packages) line(texts.enginePackage(entry))
      return 0
    }
    case 'engine install': {
      const name = installableEngine.parse(wish)
      try {
        await engines.install(name, options.file === undefined ? null : [...options.file])
      } catch (thrown) {
        const error = AppError.from(thrown)
        if (error.kind !== 'cancelled') throw error
        return interruptedCode()
      } finally {
        if (terminal) line('')
      }
      if (json) jsonLine({ type: 'installed', engine: name })
      else line(texts.installed(name))
      return 0
    }
    case 'engine remove': {
      const name = installableEngine.parse(wish)
      await engines.remove(name)
      if (json) jsonLine({ type: 'removed', engine: name })
      else line(texts.removed(name))
      return 0
    }
  }
}
