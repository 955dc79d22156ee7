import { spans, writtenDuration } from '../../src-preload/contract/durations'
import { writtenBytes } from '../../src-preload/contract/sizes'
import { i18n } from '../text/i18n'

/** Numbers, sizes, times as the current language writes them. */
export interface Format {
  readonly number: (value: number, digits?: number) => string
  /** 1,234,567 → 1.2M. */
  readonly compact: (value: number) => string
  /** Whole numbers in full; others with six significant digits, scientific below 0.0001, as it is typed: 0.00001 → 1e-5. */
  readonly precise: (value: number) => string
  readonly percent: (share: number) => string
  readonly bytes: (sizeBytes: number) => string
  /** 43.21 → 43 ms; two digits at least. */
  readonly milliseconds: (durationMs: number) => string
  /** 83,000 → 1 min 23 sec; the two largest units. */
  readonly duration: (durationMs: number) => string
  /** 3 minutes ago. */
  readonly ago: (timestampMs: number, nowMs?: number) => string
  /** In 3 days, rounded up to the unit. */
  readonly until: (timestampMs: number, nowMs?: number) => string
  readonly dateTime: (timestampMs: number) => string
  /** 15:40; with the day where it is another one. */
  readonly clock: (timestampMs: number, nowMs: number) => string
}

/** To make one takes 0.1 to 0.5 ms, and a table that scrolls needs a dozen for each row. */
const made = new Map<string, unknown>()
function once<T>(kind: string, options: object, make: (locale: string) => T): T {
  const locale = i18n.global.locale.value
  const key = `${locale} ${kind} ${JSON.stringify(options)}`
  const known = (made.get(key) as T | undefined) ?? make(locale)
  made.set(key, known)
  return known
}

export function useFormat(): Format {
  // Read at each call, so that a component using it re-renders when the language changes.
  const format = (value: number, options: Intl.NumberFormatOptions): string =>
    once('number', options, (locale) => new Intl.NumberFormat(locale, options)).format(value)

  const relative = (): Intl.RelativeTimeFormat =>
    once('relative', {}, (locale) => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }))

  return {
    number: (value, digits = 0) => format(value, { maximumFractionDigits: digits, minimumFractionDigits: digits }),
    compact: (value) => format(value, { notation: 'compact', maximumFractionDigits: 1 }),
    precise: (value) => {
      if (Number.isInteger(value)) return format(value, { useGrouping: Math.abs(value) >= 10_000 })
      const notation = Math.abs(value) < 0.0001 ? 'scientific' : 'standard'
      return format(value, { notation, maximumSignificantDigits: 6 }).replace('E', 'e')
    },
    percent: (share) => format(share, { style: 'percent', maximumFractionDigits: 0 }),
    bytes: (sizeBytes) => writtenBytes(sizeBytes, format),
    milliseconds: (durationMs) => {
      const maximumFractionDigits = durationMs < 10 ? 1 : 0
      return format(durationMs, { style: 'unit', unit: 'millisecond', maximumFractionDigits })
    },
    duration: (durationMs) => writtenDuration(durationMs, format),
    ago: (timestampMs, nowMs = Date.now()) => {
      const passed = Math.max(0, nowMs - timestampMs)
      const found = spans.find(([unit, length]) => unit !== 'second' && passed >= length)
      return found ? relative().format(-Math.floor(passed / found[1]), found[0]) : i18n.global.t('app.justNow')
    },
    until: (timestampMs, nowMs = Date.now()) => {
      const left = Math.max(0, timestampMs - nowMs)
      const [unit, length] = spans.find((span) => left >= span[1]) ?? spans[3]
      return relative().format(Math.ceil(left / length), unit)
    },
    dateTime: (timestampMs) => {
      const options = { dateStyle: 'medium', timeStyle: 'short' } as const
      return once('date', options, (locale) => new Intl.DateTimeFormat(locale, options)).format(timestampMs)
    },
    clock: (timestampMs, nowMs) => {
      const isToday = new Date(timestampMs).toDateString() === new Date(nowMs).toDateString()
      const day = isToday ? {} : ({ weekday: 'long' } as const)
      const options = { hour: 'numeric', minute: '2-digit', ...day } as const
      return once('date', options, (locale) => new Intl.DateTimeFormat(locale, options)).format(timestampMs)
    },
  }
}
