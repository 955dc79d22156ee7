import type { Backend } from './backend/backend'
import { versionOf } from './backend/places'
import { readArguments, wantsJson, type Arguments } from './cli/arguments'
import { pause, remove, rename, stop } from './cli/change'
import { isCommand, type CommandName, type shells } from './cli/commands'
import { completion } from './cli/completion'
import { doctor, restoreDatabase } from './cli/doctor'
import { engine } from './cli/engine'
import { exitWith } from './cli/exit'
import { exitCodes } from './cli/exit-codes'
import { generate } from './cli/generate'
import { help, helpFor } from './cli/help'
import { compare, listRuns, show } from './cli/list'
import { jsonLine, text } from './cli/output'
import { serve } from './cli/serve'
import { texts } from './cli/text'
import { resume, train } from './cli/train'
import { emptyTrash, listTrash, restore } from './cli/trash'

const installation = { programDir: import.meta.dirname }

type BackendCommand = Exclude<
  CommandName,
  'engine' | 'engine install' | 'engine remove' | 'serve' | 'completion' | 'help'
>

const commands: Readonly<Record<BackendCommand, (backend: Backend, args: Arguments) => number | Promise<number>>> = {
  train,
  resume,
  pause,
  stop,
  generate,
  runs: listRuns,
  show,
  compare,
  rename,
  delete: remove,
  restore,
  trash: listTrash,
  'trash empty': emptyTrash,
  doctor,
}

function say(content: string): number {
  text(`${content}\n`)
  return 0
}

async function run(argv: readonly string[]): Promise<number> {
  const args = readArguments(argv)
  const { command, operands, options } = args
  if (options.version === true) return version(options)
  if (command !== null && options.help === true) return say(helpFor(command))
  switch (command) {
    case null:
      say(help())
      return options.help === true ? 0 : exitCodes.usage
    case 'help': {
      const topic = operands.join(' ')
      return say(isCommand(topic) ? helpFor(topic) : help())
    }
    case 'completion': {
      const [shell] = operands as [(typeof shells)[number]]
      text(completion(shell, { node: process.execPath, file: process.argv[1] ?? '' }))
      return 0
    }
    case 'engine':
    case 'engine install':
    case 'engine remove':
      return await engine(installation, process.env, { ...args, command })
    case 'serve':
      return await serve(installation, process.env, args)
    default: {
      if (command === 'doctor' && options.restore === true) return await restoreDatabase(process.env, options)
      // Only now, so that a missing library is an error like any other.
      const { startBackend } = await import('./backend/start')
      const backend = startBackend(installation, process.env, { ignoresQueuePause: true })
      try {
        return await commands[command](backend, args)
      } finally {
        await backend.close()
      }
    }
  }
}

function version(options: Arguments['options']): number {
  const found = versionOf(installation)
  if (options.json !== true) return say(texts.version(found))
  jsonLine({ type: 'version', version: found })
  return 0
}

const argv = process.argv.slice(2)
exitWith(() => run(argv), { json: wantsJson(argv) })
