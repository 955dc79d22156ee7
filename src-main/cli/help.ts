import { runFields, runLimits, type RunField } from '../../src-preload/contract/limits'
import { commandTexts, optionTexts } from './command-text'
import { commandNames, commandOf, commonOptions, optionOf, type CommandName, type OptionName } from './commands'
import { texts } from './text'
import { aligned } from './visible'

/** Rows of two columns, indented. */
const listed = (rows: readonly (readonly [string, string])[]): string =>
  aligned(rows.map(([left, right]) => [`  ${left}`, right])).join('\n')

const usageOf = (command: CommandName): string =>
  [command, ...commandOf(command).operands.map(({ name, optional }) => (optional === true ? `[${name}]` : name))].join(
    ' ',
  )

const optionUsage = (name: OptionName): string => {
  const { value, short } = optionOf(name)
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`
}

function range(field: RunField): string {
  const limit = runLimits[field]
  switch (limit.kind) {
    case 'number':
      return texts.range(limit.min, limit.max)
    case 'choice':
      return limit.options.join(', ')
    case 'text':
      return texts.textUpTo(limit.maxLength)
  }
}

/** What `help` prints. */
export function help(): string {
  const commands = commandNames.map((name) => [usageOf(name), commandTexts[name][0]] as const)
  return texts.helpOverview(listed(commands))
}

/** What `help COMMAND` prints. */
export function helpFor(command: CommandName): string {
  const options = [...commandOf(command).options, ...commonOptions].map(
    (name) => [optionUsage(name), optionTexts[name]] as const,
  )
  const takesSettings = commandOf(command).options.includes('set')
  const settings = takesSettings ? [texts.settingsHeading, listed(runFields.map((field) => [field, range(field)]))] : []
  const [summary, ...more] = commandTexts[command]
  const about = [`${summary}.`, ...more].join('\n')
  return [texts.usage(usageOf(command)), about, listed(options), ...settings].join('\n\n')
}
