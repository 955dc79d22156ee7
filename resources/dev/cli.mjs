// npm run -s homegrown -- COMMAND: the command line, built when needed. In this very process, so that signals and
// exit codes need no relay; stdout carries nothing but the command's own answer.
import { join } from 'node:path'
import { build } from './build.mjs'
import { installEngine } from './engine.mjs'

const [command] = process.argv.slice(2)
build()
if (['train', 'resume', 'serve'].includes(command)) installEngine()
process.env.HOMEGROWN_NODE ??= process.execPath
await import(join(import.meta.dirname, '../../out/main/cli.cjs'))
