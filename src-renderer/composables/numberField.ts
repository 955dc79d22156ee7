import { numberMisfit, type NumberRule } from '../../src-preload/contract/field-value'
import { readNumber, writeNumber } from '../../src-preload/contract/numbers'
import { i18n, type TextKey, type TextParams } from '../text/i18n'

/** A sentence about what was typed, and the numbers that it may mean. */
export interface NumberTypo {
  readonly key: TextKey
  readonly params: TextParams
  readonly readings: readonly number[]
}

/** The number that was typed, in the current language's rules; its range is another question. */
export function typedNumber(text: string, rule: NumberRule): { value: number } | { typo: NumberTypo } {
  const typo = (key: TextKey, readings: readonly number[] = []): { typo: NumberTypo } => {
    const [a = '', b = ''] = readings.map(shownNumber)
    return { typo: { key, params: { a, b }, readings } }
  }
  const reading = readNumber(text, i18n.global.locale.value)
  switch (reading.kind) {
    case 'empty':
    case 'notNumber':
      return typo('app.number.none')
    case 'number':
      return rule.integer && !Number.isInteger(reading.value) ? typo('app.number.whole') : { value: reading.value }
    case 'ambiguous': {
      const readings = reading.readings.filter((value) => numberMisfit(rule, value) === null)
      if (readings.length === 0) return typo('app.number.none')
      return typo(readings.length === 1 ? 'app.number.meant' : 'app.number.which', readings)
    }
  }
}

/** As it is typed in the current language. */
export const shownNumber = (value: number): string => writeNumber(value, i18n.global.locale.value)

/** What to say under the field: the number understood, where it was not typed as it is shown; '' otherwise. */
export const echoOf = (text: string, value: number): string =>
  text.trim() === shownNumber(value) ? '' : shownNumber(value)
