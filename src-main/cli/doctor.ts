import type { ComputerInfo } from '../../src-preload/contract/records'
import type { Backend } from '../backend/backend'
import { operandsOf, type Arguments } from './arguments'
import { table } from './list'
import { jsonLine, line } from './output'
import { errorSentence, texts } from './text'

/** What this computer can do. Measures the engines where that has not been done here yet, and again when asked. */
export async function doctor(backend: Backend, args: Arguments): Promise<number> {
  operandsOf(args)
  const { system } = backend.services
  const info = args.options.measure === true ? await system.measure() : await measured(system)
  if (args.options.json === true) {
    jsonLine(info)
    return 0
  }
  const { engines, gpus, engine, engineReason, engineWish, engineWishFixed, ...facts } = info
  table(Object.entries({ ...facts, gpus: gpus.join(', ') || '–' }).map(([key, value]) => [key, String(value)]))
  line('')
  line(texts.engineChoice(engineWish, engineWishFixed, engine, engineReason))
  for (const { engine: id, version, hardware, location, stepMs, problem } of engines) {
    line('')
    line(texts.engineState(id, problem === null, stepMs))
    if (problem !== null) line(`  ${errorSentence(problem)}`)
    const details = { version, hardware, location }
    for (const [key, value] of Object.entries(details)) if (value !== null) line(`  ${key.padEnd(8)}  ${value}`)
  }
  return 0
}

async function measured(system: Backend['services']['system']): Promise<ComputerInfo> {
  const info = await system.info()
  const isMissing = info.engines.some(({ available, stepMs }) => available && stepMs === null)
  return isMissing && !system.isComputing() ? await system.measure() : info
}
