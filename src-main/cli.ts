import type { Backend } from './backend/backend'
import { startBackend } from './backend/start'
import { readArguments, UsageError, type Arguments } from './cli/arguments'
import { doctor } from './cli/doctor'
import { engine } from './cli/engine'
import { exitCodes, exitWith } from './cli/exit'
import { generate } from './cli/generate'
import { help } from './cli/help'
import { compare, listRuns, remove, show } from './cli/list'
import { write } from './cli/output'
import { serve } from './cli/serve'
import { texts } from './cli/text'
import { resume, train } from './cli/train'

type Command = (backend: Backend, args: Arguments) => number | Promise<number>

const commands: Readonly<Record<string, Command>> = {
  train,
  resume,
  generate,
  runs: listRuns,
  show,
  compare,
  delete: remove,
  doctor,
}

const installation = { programDir: import.meta.dirname }

async function run(argv: readonly string[]): Promise<number> {
  const args = readArguments(argv)
  const { command } = args
  if (args.options.help === true || command === null || command === 'help') {
    write(help())
    return command === null && args.options.help !== true ? exitCodes.usage : 0
  }
  if (command === 'engine') return await engine(installation, process.env, args)
  if (command === 'serve') return await serve(installation, process.env)
  const chosen = Object.hasOwn(commands, command) ? commands[command] : undefined
  if (chosen === undefined) throw new UsageError(texts.unknownCommand(command))
  const backend = startBackend(installation, process.env)
  try {
    return await chosen(backend, args)
  } finally {
    await backend.close()
  }
}

function usage(thrown: unknown): number {
  if (!(thrown instanceof UsageError)) throw thrown
  process.stderr.write(`${thrown.message} ${texts.seeHelp}\n`)
  return exitCodes.usage
}

exitWith(run(process.argv.slice(2)).catch(usage))
