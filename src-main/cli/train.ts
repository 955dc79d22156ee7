import { AppError } from '../../src-preload/contract/errors'
import { inheritedFields, runLimits } from '../../src-preload/contract/limits'
import type { RunConfig } from '../../src-preload/contract/records/run-config'
import { nameParts, runName } from '../../src-preload/contract/run-name'
import type { Backend } from '../backend/backend'
import type { Arguments, Options } from './arguments'
import { findRun } from './find-run'
import { follow } from './follow'
import { importText } from './import'
import { texts } from './text'
import { note } from './output'
import { UsageError } from './usage-error'
import { checkMeaning, choiceOf, nameOf, numberOf, settingsOf } from './values'

/** What the options of `train` mean, all of it looked at before anything is started. */
function wishOf(backend: Backend, options: Options) {
  const settings = settingsOf(options)
  const origin = originOf(backend, options, settings)
  const choice = origin?.choice ?? choiceOf(options, settings)
  checkMeaning(settings, choice)
  const { name } = options
  return {
    choice,
    origin,
    overrides: { ...stepsOf(options), ...settings },
    name: name === undefined ? null : nameOf(name),
  }
}

/** The run whose weights this one begins with; what they are made for cannot be chosen beside it. @throws UsageError */
function originOf(backend: Backend, options: Options, settings: Partial<RunConfig>) {
  const { from: wish, checkpoint = 'best' } = options
  if (wish === undefined) {
    if (options.checkpoint !== undefined) throw new UsageError('arguments.missing', texts.checkpointNeedsFrom)
    return null
  }
  const { runs } = backend.services
  const { runId, name } = findRun(runs.list(), wish)
  const other = (['model', 'preset'] as const).find((option) => options[option] !== undefined)
  const inherited = inheritedFields.find((field) => settings[field] !== undefined)
  const given = other ? `--${other}` : inherited ? `--set ${inherited}` : null
  if (given !== null) throw new UsageError('arguments.invalid', texts.inherited(given, name))
  return { from: { runId, checkpoint }, name, choice: { ...runs.get(runId).choice, length: 'normal' } } as const
}

/** Trains on a text: imports it unless it is here already, starts a run, follows it to its end. */
export async function train(backend: Backend, { operands: [file = ''], options }: Arguments): Promise<number> {
  const { choice, origin, overrides, name } = wishOf(backend, options)
  const { corpusId, name: corpus } = await importText(backend, file, options)

  // Of the engine depends what fits.
  await backend.services.system.lookFor(overrides.engine ?? 'auto')
  const { runs } = backend.services
  const from = origin === null ? {} : { from: origin.from }
  if (origin !== null) {
    const { unknown, characters, examples } = await runs.fit(origin.from.runId, corpusId)
    if (unknown > 0) note(texts.unknownCharacters(unknown, characters, examples))
  }
  const { config, suggested, problems, suggestedSize } = runs.plan({ corpusId, choice, overrides, ...from })
  const [problem] = problems
  if (problem !== undefined) {
    const error = AppError.fromData(problem.error)
    throw problem.fix === null ? error : new AppError(error.code, { ...error.params, fix: texts.settings(problem.fix) })
  }
  const before = {
    choice: origin?.choice ?? { model: 'llama', size: suggestedSize, length: 'normal' },
    config: suggested,
  } as const
  const parts = nameParts({ choice, config }, before).map(texts.namePart)
  if (origin !== null) parts.unshift(texts.continues(origin.name))
  const taken = new Set(runs.list().map((run) => run.name))
  const start = () => runs.start({ corpusId, config, name: name ?? runName(corpus, parts, taken), ...from })
  return await follow(backend, start, options)
}

export async function resume(backend: Backend, { operands: [wish = ''], options }: Arguments): Promise<number> {
  const { runId } = findRun(backend.services.runs.list(), wish)
  const withLessMemory = options['less-memory'] === true
  const { maxSteps: steps } = stepsOf(options)
  if (steps !== undefined) {
    if (options.checkpoint !== undefined) throw new UsageError('arguments.invalid', texts.stepsFromLast)
    return await follow(backend, () => backend.services.runs.extend({ runId, steps, withLessMemory }), options)
  }
  // The newest one, unless told otherwise.
  const from = options.checkpoint === 'best' ? { from: options.checkpoint } : {}
  return await follow(backend, () => backend.services.runs.resume({ runId, ...from, withLessMemory }), options)
}

/** What else is counted in steps follows from it (plan/presets.ts). */
const stepsOf = ({ steps }: Options): Partial<RunConfig> =>
  steps === undefined ? {} : { maxSteps: numberOf('--steps ', steps, runLimits.maxSteps) }
