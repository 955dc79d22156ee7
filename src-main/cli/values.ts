import { AppError } from '../../src-preload/contract/errors'
import { misfitOf, numberMisfit, type NumberRule } from '../../src-preload/contract/field-value'
import {
  fieldApplies,
  nameMaxLength,
  runFields,
  runLimits,
  samplingLimits,
  type RunField,
} from '../../src-preload/contract/limits'
import { readNumber } from '../../src-preload/contract/numbers'
import { name as nameRule } from '../../src-preload/contract/records/common'
import { sampling, type Sampling } from '../../src-preload/contract/records/conversations'
import { lengthDial, sizeDial, type RunChoice, type RunConfig } from '../../src-preload/contract/records/run-config'
import type { Options } from './arguments'
import { note } from './output'
import { texts } from './text'
import { UsageError } from './usage-error'

/** `--name` or `--set name=`: what a person typed before the value. */
type Label = string

/**
 * The number that was typed; said back where it was written otherwise than we write it.
 *
 * @throws UsageError where it is none, could be another one, or is out of its range
 */
export function numberOf(label: Label, text: string, rule: NumberRule): number {
  const typed = `${label}${text}`
  const reading = readNumber(text, 'en')
  switch (reading.kind) {
    case 'empty':
    case 'notNumber':
      throw new UsageError('arguments.invalid', texts.notNumber(typed))
    case 'ambiguous':
      throw new UsageError('arguments.invalid', texts.ambiguous(typed, reading.readings))
    case 'number':
  }
  const { value } = reading
  switch (numberMisfit(rule, value)) {
    case 'notNumber':
      throw new UsageError('arguments.invalid', texts.notNumber(typed))
    case 'outOfRange':
      throw new UsageError('arguments.outOfRange', texts.outOfRange(typed, rule.min, rule.max))
    case 'notWhole':
      throw new UsageError('arguments.invalid', texts.notWhole(typed))
    case null:
  }
  if (String(value) !== text) note(texts.readAs(typed, value))
  return value
}

/** As the contract wants it. @throws UsageError */
export function nameOf(text: string): string {
  const name = nameRule.safeParse(text)
  if (name.success) return name.data
  throw new UsageError(
    'arguments.invalid',
    text.trim() === '' ? texts.emptyName : texts.longName(text.trim().length, nameMaxLength),
  )
}

/** `--set model=` is the same wish as `--model`. @throws UsageError where they differ */
export function choiceOf(options: Options, settings: Partial<RunConfig>): RunChoice {
  const { model, preset = 'tiny-normal' } = options
  if (model !== undefined && settings.model !== undefined && settings.model !== model)
    throw new UsageError('arguments.repeated', texts.repeated('--model'))
  const [size, length] = preset.split('-')
  return {
    model: settings.model ?? model ?? 'llama',
    size: sizeDial.parse(size),
    length: lengthDial.parse(length ?? 'normal'),
  }
}

const isField = (name: string): name is RunField => Object.hasOwn(runLimits, name)

/**
 * `KEY=VALUE` as often as it was given, each held against its limits.
 *
 * @throws UsageError, AppError `config.unknownField`
 */
export function settingsOf(options: Options): Partial<RunConfig> {
  const settings = new Map<RunField, string | number>()
  for (const pair of options.set ?? []) {
    const at = pair.indexOf('=')
    if (at < 1) throw new UsageError('arguments.invalid', texts.notSetting(pair))
    const field = pair.slice(0, at)
    if (!isField(field)) throw new AppError('config.unknownField', { field, fields: runFields.join(', ') })
    if (settings.has(field)) throw new UsageError('arguments.repeated', texts.repeated(`--set ${field}`))
    settings.set(field, settingOf(field, pair.slice(at + 1)))
  }
  return Object.fromEntries(settings)
}

function settingOf(field: RunField, text: string): string | number {
  const limit = runLimits[field]
  const label = `--set ${field}=`
  switch (limit.kind) {
    case 'number':
      return numberOf(label, text, limit)
    case 'choice':
      if (misfitOf(limit, text) === null) return text
      throw new UsageError('arguments.invalid', texts.notOffered(`${label}${text}`, limit.options))
    case 'text':
      if (misfitOf(limit, text) === null) return text
      throw new UsageError('arguments.outOfRange', texts.longText(`--set ${field}`, limit.maxLength))
  }
}

/** @throws UsageError for a setting that this kind of model does not have */
export function checkMeaning(settings: Partial<RunConfig>, { model }: RunChoice): void {
  for (const field of Object.keys(settings) as RunField[]) {
    if (fieldApplies(field, model)) continue
    const others = runLimits.model.options.filter((other) => fieldApplies(field, other))
    throw new UsageError('arguments.invalid', texts.notForModel(`--set ${field}`, model, others))
  }
}

const whole = new Set(['topK', 'maxTokens'])

/** @throws UsageError */
export function samplingOf(options: Options): Sampling {
  const number = (field: keyof typeof samplingLimits, option: 'max-tokens' | 'temperature' | 'top-k' | 'top-p') => {
    const text = options[option]
    const limit = { ...samplingLimits[field], integer: whole.has(field) }
    return text === undefined ? limit.default : numberOf(`--${option} `, text, limit)
  }
  const wished = {
    temperature: number('temperature', 'temperature'),
    topK: number('topK', 'top-k'),
    topP: number('topP', 'top-p'),
    maxTokens: number('maxTokens', 'max-tokens'),
    seed: options.seed === undefined ? null : numberOf('--seed ', options.seed, runLimits.seed),
    stop: [...(options.stop ?? [])],
  }
  const valid = sampling.safeParse(wished)
  // Everything else was looked at above.
  if (!valid.success) throw new UsageError('arguments.invalid', texts.stopTexts)
  return valid.data
}
