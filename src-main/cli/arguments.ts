import { parseArgs } from 'node:util'
import { AppError } from '../../src-preload/contract/errors'
import { runFields, runLimits, type RunField } from '../../src-preload/contract/limits'
import { lengthDial, sizeDial, type RunChoice, type RunConfig } from '../../src-preload/contract/records'
import { texts } from './text'

/** Wrong arguments: said in full, then the program ends with the exit code for usage. */
export class UsageError extends Error {}

const options = {
  model: { type: 'string' },
  preset: { type: 'string' },
  set: { type: 'string', multiple: true },
  steps: { type: 'string' },
  name: { type: 'string' },
  seed: { type: 'string' },
  'max-tokens': { type: 'string' },
  temperature: { type: 'string' },
  'top-k': { type: 'string' },
  'top-p': { type: 'string' },
  stop: { type: 'string', multiple: true },
  checkpoint: { type: 'string' },
  'less-memory': { type: 'boolean' },
  file: { type: 'string', multiple: true },
  measure: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

/** `--set a=1 b=2` means `--set a=1 --set b=2`. */
function withRepeatedSet(args: readonly string[]): string[] {
  const isSetting = (arg: string): boolean => runFields.some((field) => arg.startsWith(`${field}=`))
  let following = false
  return args.flatMap((arg, i) => {
    const isValue = args[i - 1] === '--set'
    following = isValue || arg.startsWith('--set=') || (following && isSetting(arg))
    return following && !isValue && isSetting(arg) ? ['--set', arg] : [arg]
  })
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: withRepeatedSet(args), options, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error))
  }
}

export type Options = ReturnType<typeof parse>['values']
export interface Arguments {
  readonly command: string | null
  readonly operands: readonly string[]
  readonly options: Options
}

/** @throws UsageError */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args)
  const [command = null, ...operands] = positionals
  return { command, operands, options: values }
}

/** Exactly these operands. @throws UsageError that names what is missing or too much */
export function operandsOf(args: Arguments, ...names: readonly string[]): string[] {
  const surplus = args.operands[names.length]
  if (surplus !== undefined) throw new UsageError(texts.surplus(surplus))
  return names.map((name, i) => {
    const operand = args.operands[i]
    if (operand === undefined) throw new UsageError(texts.missing(name))
    return operand
  })
}

/** @throws UsageError when it is not a number */
export function numberOf(name: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new UsageError(`--${name} ${text}?`)
  return value
}

export function choiceOf(options: Options): RunChoice {
  const { model = 'modern', preset = 'tiny-normal' } = options
  const kind = runLimits.model.options.find((option) => option === model)
  if (kind === undefined) throw new UsageError(`--model ${model}?`)
  const [sizeName, lengthName = 'normal', ...rest] = preset.split('-')
  const size = sizeDial.safeParse(sizeName)
  const length = lengthDial.safeParse(lengthName)
  if (!size.success || !length.success || rest.length > 0) throw new UsageError(`--preset ${preset}?`)
  return { model: kind, size: size.data, length: length.data }
}

const isField = (name: string): name is RunField => Object.hasOwn(runLimits, name)

/** `KEY=VALUE` as often as it was given. Ranges are checked with the text, by the same rules as the form. */
export function settingsOf(options: Options): Partial<RunConfig> {
  const settings: Partial<Record<RunField, string | number>> = {}
  for (const pair of options.set ?? []) {
    const at = pair.indexOf('=')
    if (at < 1) throw new UsageError(`--set ${pair}?`)
    const field = pair.slice(0, at)
    const value = pair.slice(at + 1)
    if (!isField(field)) throw new AppError('config.unknownField', { field, fields: runFields.join(', ') })
    settings[field] = runLimits[field].kind === 'number' ? numberOf(`set ${field}`, value) : value
  }
  return settings as Partial<RunConfig>
}
