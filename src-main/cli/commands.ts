import { runLimits } from '../../src-preload/contract/limits'
import { checkpointKind } from '../../src-preload/contract/records/checkpoints'
import { installableEngine } from '../../src-preload/contract/records/computer'
import { lengthDial, sizeDial } from '../../src-preload/contract/records/run-config'

/**
 * Every command with its operands and options: parsing, refusals, help and completion are derived from these two values.
 * What they mean in words is in command-text.ts.
 */
interface OptionSpec {
  /** What stands for the value in help; without one it is a switch. */
  readonly value?: string
  readonly choices?: readonly string[]
  readonly repeats?: true
  readonly short?: string
  readonly file?: true
}

export interface OperandSpec {
  readonly name: string
  readonly choices?: readonly string[]
  readonly optional?: true
  readonly file?: true
}

interface CommandSpec {
  readonly operands: readonly OperandSpec[]
  readonly options: readonly OptionName[]
}

/** A size alone has the normal length. */
const presets = sizeDial.options.flatMap((size) => [size, ...lengthDial.options.map((length) => `${size}-${length}`)])
export const shells = ['bash', 'zsh', 'fish'] as const

export const optionTable = {
  model: { value: 'KIND', choices: runLimits.model.options },
  preset: { value: 'SIZE-LENGTH', choices: presets },
  steps: { value: 'N' },
  name: { value: 'NAME' },
  from: { value: 'RUN' },
  set: { value: 'KEY=VALUE', repeats: true },
  'less-memory': {},
  'max-tokens': { value: 'N' },
  temperature: { value: 'X' },
  'top-k': { value: 'N' },
  'top-p': { value: 'X' },
  seed: { value: 'N' },
  stop: { value: 'TEXT', repeats: true },
  checkpoint: { value: checkpointKind.options.join('|'), choices: checkpointKind.options },
  'no-wait': {},
  yes: { short: 'y' },
  file: { value: 'WHEEL', repeats: true, file: true },
  measure: {},
  restore: {},
  port: { value: 'N' },
  'new-key': {},
  json: {},
  help: { short: 'h' },
  version: { short: 'V' },
} as const satisfies Record<string, OptionSpec>

export type OptionName = keyof typeof optionTable
export const optionNames = Object.keys(optionTable) as OptionName[]
/** With the fields that only some have. */
export const optionOf = (name: OptionName): OptionSpec => optionTable[name]
/** Every command takes these. */
export const commonOptions = ['json', 'help'] as const satisfies readonly OptionName[]

const file: OperandSpec = { name: 'FILE', file: true }
const run: OperandSpec = { name: 'RUN' }
const engine: OperandSpec = { name: 'ENGINE', choices: installableEngine.options }

export const commandTable = {
  train: { operands: [file], options: ['model', 'preset', 'steps', 'name', 'from', 'checkpoint', 'set'] },
  resume: { operands: [run], options: ['steps', 'checkpoint', 'less-memory'] },
  pause: { operands: [run], options: ['no-wait'] },
  stop: { operands: [run], options: ['no-wait'] },
  generate: {
    operands: [run, { name: 'PROMPT', optional: true }],
    options: ['max-tokens', 'temperature', 'top-k', 'top-p', 'seed', 'stop', 'checkpoint'],
  },
  runs: { operands: [], options: [] },
  show: { operands: [run], options: [] },
  compare: { operands: [run, run], options: [] },
  rename: { operands: [run, { name: 'NAME' }], options: [] },
  delete: { operands: [run], options: ['yes'] },
  restore: { operands: [{ name: 'ID' }], options: [] },
  trash: { operands: [], options: [] },
  'trash empty': { operands: [], options: ['yes'] },
  serve: { operands: [], options: ['port', 'new-key'] },
  engine: { operands: [], options: [] },
  'engine install': { operands: [engine], options: ['file'] },
  'engine remove': { operands: [engine], options: [] },
  doctor: { operands: [], options: ['measure', 'restore'] },
  completion: { operands: [{ name: 'SHELL', choices: shells }], options: [] },
  help: { operands: [{ name: 'COMMAND', optional: true }], options: [] },
} as const satisfies Record<string, CommandSpec>

export type CommandName = keyof typeof commandTable
export const commandNames = Object.keys(commandTable) as CommandName[]
export const commandOf = (name: CommandName): CommandSpec => commandTable[name]
export const isCommand = (name: string): name is CommandName => Object.hasOwn(commandTable, name)
