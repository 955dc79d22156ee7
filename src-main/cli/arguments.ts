import { parseArgs } from 'node:util'
import { runFields } from '../../src-preload/contract/limits'
import type { optionTable } from './commands'
import {
  commandNames,
  commandOf,
  commonOptions,
  isCommand,
  optionNames,
  optionOf,
  type CommandName,
  type OperandSpec,
  type OptionName,
} from './commands'
import { texts } from './text'
import { UsageError } from './usage-error'

type ValueOf<S> = S extends { repeats: true }
  ? readonly string[]
  : S extends { choices: readonly (infer T)[] }
    ? T
    : S extends { value: string }
      ? string
      : true

export type Options = { readonly [K in OptionName]?: ValueOf<(typeof optionTable)[K]> }

export interface Arguments {
  readonly command: CommandName | null
  readonly operands: readonly string[]
  readonly options: Options
}

/** Whether errors are wanted as JSON, those of the arguments themselves too. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return argv.slice(0, end < 0 ? argv.length : end).includes('--json')
}

/** @throws UsageError for whatever the command has no meaning for, by its name */
export function readArguments(argv: readonly string[]): Arguments {
  const args = withRepeatedSet(argv)
  const { tokens } = parseArgs({
    args: args.map((arg) => (isText(arg) ? mark + arg : arg)),
    options: parseOptions,
    strict: false,
    tokens: true,
  })
  const words = tokens.flatMap((token) => (token.kind === 'positional' ? [unmarked(token.value)] : []))
  const { command, operands } = commandIn(words)

  const allowed: readonly OptionName[] =
    command === null ? [...commonOptions, 'version'] : [...commandOf(command).options, ...commonOptions]
  const options: Partial<Record<OptionName, string | true | string[]>> = {}
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const { name, rawName, value, inlineValue } = token
    if (!isAllowed(name, allowed)) throw unknownOption(args[token.index] ?? rawName, command, allowed)
    const { value: placeholder, repeats = false } = optionOf(name)
    const before = options[name]
    if (before !== undefined && !repeats && placeholder !== undefined)
      throw new UsageError('arguments.repeated', texts.repeated(`--${name}`))
    options[name] = valueOf(name, value === undefined ? undefined : unmarked(value), inlineValue ?? false)
    if (repeats) options[name] = [...(Array.isArray(before) ? before : []), String(options[name])]
  }

  if (command !== null && options.help !== true) checkOperands(command, operands)
  return { command, operands, options: options as Options }
}

const isAllowed = (name: string, allowed: readonly OptionName[]): name is OptionName =>
  (allowed as readonly string[]).includes(name)

const parseOptions = Object.fromEntries(
  optionNames.map((name) => {
    const { value, short } = optionOf(name)
    return [
      name,
      { type: value === undefined ? 'boolean' : 'string', ...(short === undefined ? {} : { short }) },
    ] as const
  }),
)

/** No argument can hold a NUL: what only looks like options (`- Ana`, `-3`) goes past the parser with one in front. */
const mark = '\0'
const isText = (arg: string): boolean => /^-./su.test(arg) && !/^(-[a-z]+|--|--[\w-]+(=.*)?)$/isu.test(arg)
const unmarked = (arg: string): string => (arg.startsWith(mark) ? arg.slice(1) : arg)

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

/** The longest command that the words begin with; the rest are its operands. */
function commandIn(words: readonly string[]): Pick<Arguments, 'command' | 'operands'> {
  const [first, second] = words
  if (first === undefined) return { command: null, operands: [] }
  const both = `${first} ${second ?? ''}`
  if (isCommand(both)) return { command: both, operands: words.slice(2) }
  const hasParts = commandNames.some((name) => name.startsWith(`${first} `))
  if (!isCommand(first) || (hasParts && second !== undefined))
    throw new UsageError('arguments.unknownCommand', texts.unknownCommand(isCommand(first) ? both : first))
  return { command: first, operands: words.slice(1) }
}

function valueOf(name: OptionName, value: string | undefined, inline: boolean): string | true {
  const { value: placeholder, choices } = optionOf(name)
  if (placeholder === undefined) {
    if (inline) throw new UsageError('arguments.invalid', texts.noValue(`--${name}`))
    return true
  }
  // `--name --json` forgot the name.
  const isOption = value !== undefined && optionNames.some((option) => value === `--${option}`)
  if (value === undefined || (!inline && isOption))
    throw new UsageError('arguments.missing', texts.needsValue(`--${name}`, placeholder))
  checkChoice(`--${name} ${value}`, value, choices)
  return value
}

function checkChoice(label: string, value: string, choices: readonly string[] | undefined): void {
  if (choices === undefined || choices.includes(value)) return
  throw new UsageError('arguments.invalid', texts.notOffered(label, choices))
}

function unknownOption(arg: string, command: CommandName | null, allowed: readonly OptionName[]): UsageError {
  const option = arg.split('=')[0] ?? arg
  const offered = allowed.map((name) => `--${name}`)
  return new UsageError('arguments.unknownOption', texts.unknownOption(option, command, offered))
}

function checkOperands(command: CommandName, operands: readonly string[]): void {
  const specs: readonly OperandSpec[] = commandOf(command).operands
  // What `help` is about may be two words.
  if (command === 'help' && operands.length > 0) {
    const topic = operands.join(' ')
    if (!isCommand(topic)) throw new UsageError('arguments.unknownCommand', texts.unknownCommand(topic))
    return
  }
  const surplus = operands[specs.length]
  if (surplus !== undefined) throw new UsageError('arguments.surplus', texts.surplus(surplus, command))
  specs.forEach(({ name, choices, optional }, i) => {
    const operand = operands[i]
    if (operand !== undefined) checkChoice(operand, operand, choices)
    else if (optional !== true) throw new UsageError('arguments.missing', texts.missing(name, command))
  })
}
