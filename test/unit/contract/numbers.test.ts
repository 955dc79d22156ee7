import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readNumber, writeNumber } from '../../../src-preload/contract/numbers'

const number = (value: number) => ({ kind: 'number', value })
const nbsp = '\u00a0'
const narrow = '\u202f'

describe('readNumber', () => {
  it.each([
    ['en', '10,000', 10_000],
    ['en', '1,500', 1500],
    ['en', '1,234,567.5', 1_234_567.5],
    ['en', '10 000', 10_000],
    ['en', `10${nbsp}000`, 10_000],
    ['en', `1${narrow}234${narrow}567`, 1_234_567],
    ['en', '1.5', 1.5],
    ['en', '1.234', 1.234],
    ['en', '0.500', 0.5],
    ['en', '.5', 0.5],
    ['en', '5.', 5],
    ['en', ' 1e-5 ', 1e-5],
    ['en', '1.5E-5', 1.5e-5],
    ['en', '\u2212 3', -3],
    ['en', '+3', 3],
    ['zh-CN', '1,500', 1500],
    ['zh-CN', '１，５００．５', 1500.5],
    ['de', '10.000', 10_000],
    ['de', '1.234,5', 1234.5],
    ['de-CH', "10'000.5", 10_000.5],
    ['fr', `10${narrow}000,5`, 10_000.5],
    ['hi', '12,34,567', 1_234_567],
    ['ar-EG', '١٬٥٠٠٫٥', 1500.5],
  ])('%s: “%s” is %d', (locale, text, value) => {
    expect(readNumber(text, locale)).toEqual(number(value))
  })

  it.each([
    ['en', '10.000', [10, 10_000]],
    ['zh-CN', '1.500', [1.5, 1500]],
    ['en', '1,5', [1.5]],
    ['zh-CN', '0,002', [0.002]],
    ['en', '1,0000', [1]],
    ['en', '1.234.567', [1_234_567]],
    ['en', '1.234,5', [1234.5]],
    ['de', '10,000', [10, 10_000]],
    ['de', '1.5', [1.5]],
  ])('%s: “%s” could mean %j, and nobody chooses', (locale, text, readings) => {
    expect(readNumber(text, locale)).toEqual({ kind: 'ambiguous', readings })
  })

  it.each(['', ' ', nbsp])('“%s” is empty', (text) => {
    expect(readNumber(text, 'en')).toEqual({ kind: 'empty' })
  })

  it.each(['abc', '1,50,0,0', '10k', '1 5', '--1', '.', '1e', '1e999', 'NaN', 'Infinity', '0x10', '1,000,5.5'])(
    '“%s” is no number',
    (text) => {
      expect(readNumber(text, 'en')).toEqual({ kind: 'notNumber' })
    },
  )
})

describe('what a language writes is read as the same number', () => {
  const locales = ['en', 'zh-CN', 'de', 'de-CH', 'fr', 'sv', 'pl', 'es', 'hi', 'ar-EG', 'fa', 'ja', 'pt-BR', 'ru']
  const locale = fc.constantFrom(...locales)

  it('by writeNumber, every finite number', () => {
    const any = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value))
    fc.assert(
      fc.property(locale, fc.oneof(any, fc.integer()), (language, value) => {
        expect(readNumber(writeNumber(value, language), language)).toEqual(number(value))
      }),
    )
  })

  it.each(['standard', 'scientific'] as const)('by Intl, %s', (notation) => {
    fc.assert(
      fc.property(locale, fc.integer(), fc.nat(6), (language, whole, places) => {
        const value = Number((whole / 10 ** places).toPrecision(10)) + 0
        const shown = new Intl.NumberFormat(language, { notation, maximumSignificantDigits: 10 }).format(value)
        expect(readNumber(shown, language)).toEqual(number(value))
      }),
    )
  })

  it('with groups, also where the language leaves them out of short numbers', () => {
    fc.assert(
      fc.property(locale, fc.integer(), (language, value) => {
        const shown = new Intl.NumberFormat(language, { useGrouping: 'always' }).format(value)
        expect(readNumber(shown, language)).toEqual(number(value))
      }),
    )
  })

  it('never as another number, whatever is typed', () => {
    // Of the characters that numbers are made of; what Number() would say is compared where it says something.
    const text = fc.string({ unit: fc.constantFrom('0', '1', '2', '5', '.', ',', '-', ' ', 'e'), maxLength: 8 })
    fc.assert(
      fc.property(text, (typed) => {
        const reading = readNumber(typed, 'en')
        const naive = Number(typed)
        if (reading.kind === 'number' && typed.trim() !== '' && Number.isFinite(naive))
          expect(reading.value).toBe(naive)
      }),
    )
  })
})
