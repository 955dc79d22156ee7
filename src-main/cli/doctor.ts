import type { ComputerInfo } from '../../src-preload/contract/records/computer'
import type { Backend } from '../backend/backend'
import { profileDirFrom } from '../backend/places'
import { profilePaths } from '../backend/services/context'
import type { Arguments } from './arguments'
import { computerFacts } from './facts'
import { jsonLine, line, table } from './output'
import { errorSentence } from './error-text'
import { texts } from './text'
import { aligned } from './visible'

/** `doctor --restore`: before anything opens the database. */
export async function restoreDatabase(env: NodeJS.ProcessEnv, { json }: Arguments['options']): Promise<number> {
  const { restoreIfDamaged } = await import('../backend/db/connection')
  const copy = restoreIfDamaged(profilePaths(profileDirFrom(env)).database)
  if (json === true) jsonLine({ type: 'restored', copy })
  else line(copy === null ? texts.databaseWhole : texts.databaseRestored(copy))
  return 0
}

/** What this computer can do. Measures the engines where that has not been done here yet, and again when asked. */
export async function doctor(backend: Backend, { options }: Arguments): Promise<number> {
  const { system } = backend.services
  const info = options.measure === true ? await system.measure() : await measured(system)
  if (options.json === true) {
    jsonLine(info)
    return 0
  }
  const { engines, engine, engineReason, engineWish, engineWishFixed, warnings } = info
  table(computerFacts(info))
  line('')
  line(texts.engineChoice(engineWish, engineWishFixed, engine, engineReason))
  for (const warning of warnings) line(errorSentence(warning))
  for (const { engine: id, version, hardware, location, stepMs, problem } of engines) {
    line('')
    line(texts.engineState(id, problem === null, stepMs))
    if (problem !== null) line(`  ${errorSentence(problem)}`)
    const { version: versionLabel, hardware: hardwareLabel, location: locationLabel } = texts.facts
    const details = [
      [versionLabel, version],
      [hardwareLabel, hardware],
      [locationLabel, location],
    ] as const
    for (const row of aligned(details.flatMap(([label, value]) => (value === null ? [] : [[`  ${label}`, value]]))))
      line(row)
  }
  return 0
}

async function measured(system: Backend['services']['system']): Promise<ComputerInfo> {
  const info = await system.info()
  const isMissing = info.engines.some(({ available, stepMs }) => available && stepMs === null)
  return isMissing && !system.isComputing() ? await system.measure() : info
}
