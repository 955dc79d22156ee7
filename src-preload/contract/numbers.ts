/** Numbers as people type and read them, by the rules of a language. Imports nothing: the window and the command line use it. */

export type NumberReading =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'empty' }
  | { readonly kind: 'notNumber' }
  /** What it could mean, the language's own reading first; nobody should choose for the person. */
  | { readonly kind: 'ambiguous'; readonly readings: readonly number[] }

interface Marks {
  /** '' where the language writes no groups. */
  readonly group: string
  readonly decimal: string
  /** Before a power of ten. */
  readonly exponent: string
  /** From 0 to 9. */
  readonly digits: readonly string[]
}

const marksByLocale = new Map<string, Marks>()

function marksOf(locale: string): Marks {
  const known = marksByLocale.get(locale)
  if (known !== undefined) return known
  // Always: some languages group from five digits on only.
  const parts = new Intl.NumberFormat(locale, { useGrouping: 'always' }).formatToParts(-1234567.5)
  const mark = (type: Intl.NumberFormatPartTypes): string =>
    plain(parts.find((part) => part.type === type)?.value ?? '')
  const power = new Intl.NumberFormat(locale, { notation: 'scientific' }).formatToParts(1e9)
  const exponent = plain(power.find(({ type }) => type === 'exponentSeparator')?.value ?? 'E')
  const digits = Array.from({ length: 10 }, (_, digit) => new Intl.NumberFormat(locale).format(digit))
  const marks = { group: mark('group'), decimal: mark('decimal'), exponent, digits }
  marksByLocale.set(locale, marks)
  return marks
}

/** Full-width forms, every kind of space, minus and apostrophe become plain ones. */
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .replaceAll(/[\u200e\u200f\u061c]/g, '')
    .replaceAll(/[\u2212\u2010\u2011\u2013]/g, '-')
    .replaceAll(/\s/g, ' ')
    .replaceAll('\u2019', "'")

const escaped = (mark: string): string => mark.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Groups of three, or as India has them: two, and three at the end. */
const grouped = (mark: string): string =>
  `(?:[1-9]\\d{0,2}(?:${escaped(mark)}\\d{3})+|[1-9]\\d?(?:${escaped(mark)}\\d{2})+${escaped(mark)}\\d{3})`

/** The number, where `text` is written with these marks and no others. */
function parse(text: string, group: string, decimal: string): number | null {
  const whole = ['\\d+', ...[group, ' '].filter((mark) => mark !== '').map(grouped)].join('|')
  const fraction = `(?:${escaped(decimal)}(\\d*))?`
  const match = new RegExp(`^([+-]?)\\s?(${whole}|)${fraction}(?:e([+-]?\\d{1,3}))?$`).exec(text)
  if (match === null) return null
  const [, sign = '', digits = '', rest = '', exponent = '0'] = match
  if (digits === '' && rest === '') return null
  const value = Number(`${sign}${digits.replaceAll(/\D/g, '') || '0'}.${rest || '0'}e${exponent}`)
  return Number.isFinite(value) ? value : null
}

const otherMark = { '.': ',', ',': '.' } as const

/**
 * The number that `text` means in a language. What the language's rules allow but a neighbour's read otherwise, and
 * nobody writes so by its own (“10.000” in English), is ambiguous, as is what only the other's allow (“1,5”).
 */
export function readNumber(text: string, locale: string): NumberReading {
  const { group, decimal, exponent, digits } = marksOf(locale)
  const typed = plain(text).trim().replace(exponent, 'e').toLowerCase()
  const own = digits.reduce((rest, digit, value) => rest.replaceAll(digit, String(value)), typed)
  if (own === '') return { kind: 'empty' }
  const value = parse(own, group, decimal)
  const other = decimal === '.' || decimal === ',' ? otherMark[decimal] : null
  // With the marks the other way round; spaces group in both.
  const swapped = other === null ? null : parse(own, decimal, other)
  if (value === null) return swapped === null ? { kind: 'notNumber' } : { kind: 'ambiguous', readings: [swapped] }
  // Three digits after the mark of which the last ones are zeros: these are groups, or zeros that say nothing.
  const looksGrouped = new RegExp(`^[+-]?[1-9]\\d{0,2}${escaped(decimal)}\\d{2}0$`).test(own)
  if (looksGrouped && swapped !== null) return { kind: 'ambiguous', readings: [value, swapped] }
  return { kind: 'number', value }
}

/** Every digit that counts, as the language writes it: `readNumber` gives the same number back. */
export function writeNumber(value: number, locale: string): string {
  if (Number.isSafeInteger(value))
    return new Intl.NumberFormat(locale, { useGrouping: Math.abs(value) >= 10_000 }).format(value)
  return String(value).replace('.', marksOf(locale).decimal)
}
