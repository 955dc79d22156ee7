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

const sizes = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
const spans = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

export function useFormat(): Format {
  // Read at each call, so that a component using it re-renders when the language changes.
  const format = (value: number, options: Intl.NumberFormatOptions): string =>
    new Intl.NumberFormat(i18n.global.locale.value, options).format(value)

  return {
    number: (value, digits = 0) => format(value, { maximumFractionDigits: digits, minimumFractionDigits: digits }),
    compact: (value) => format(value, { notation: 'compact', maximumFractionDigits: 1 }),
    precise: (value) => {
      if (Number.isInteger(value)) return format(value, { useGrouping: Math.abs(value) >= 10_000 })
      const notation = Math.abs(value) < 0.0001 ? 'scientific' : 'standard'
      return format(value, { notation, maximumSignificantDigits: 6 }).replace('E', 'e')
    },
    percent: (share) => format(share, { style: 'percent', maximumFractionDigits: 0 }),
    bytes: (sizeBytes) => {
      const power = sizeBytes < 1 ? 0 : Math.min(sizes.length - 1, Math.floor(Math.log(sizeBytes) / Math.log(1024)))
      const value = sizeBytes / 1024 ** power
      return format(value, {
        style: 'unit',
        unit: sizes[power] ?? 'byte',
        unitDisplay: power === 0 ? 'long' : 'short',
        maximumFractionDigits: power > 0 && value < 10 ? 1 : 0,
      })
    },
    milliseconds: (durationMs) => {
      const maximumFractionDigits = durationMs < 10 ? 1 : 0
      return format(durationMs, { style: 'unit', unit: 'millisecond', maximumFractionDigits })
    },
    duration: (durationMs) => {
      const largest = spans.findIndex(([, length]) => durationMs >= length)
      const from = largest === -1 ? spans.length - 1 : largest
      let rest = Math.max(0, durationMs)
      const parts = spans.slice(from, from + 2).map(([unit, length], i, all) => {
        const amount = i === all.length - 1 ? Math.floor(rest / length) : Math.trunc(rest / length)
        rest -= amount * length
        return { unit, amount }
      })
      return parts
        .filter(({ amount }, i) => amount > 0 || i === 0)
        .map(({ unit, amount }) => format(amount, { style: 'unit', unit, unitDisplay: 'short' }))
        .join(' ')
    },
    ago: (timestampMs, nowMs = Date.now()) => {
      const passed = Math.max(0, nowMs - timestampMs)
      const relative = new Intl.RelativeTimeFormat(i18n.global.locale.value, { numeric: 'auto' })
      const found = spans.find(([unit, length]) => unit !== 'second' && passed >= length)
      return found ? relative.format(-Math.floor(passed / found[1]), found[0]) : i18n.global.t('app.justNow')
    },
    until: (timestampMs, nowMs = Date.now()) => {
      const left = Math.max(0, timestampMs - nowMs)
      const relative = new Intl.RelativeTimeFormat(i18n.global.locale.value, { numeric: 'auto' })
      const [unit, length] = spans.find((span) => left >= span[1]) ?? spans[3]
      return relative.format(Math.ceil(left / length), unit)
    },
    clock: (timestampMs, nowMs) => {
      const isToday = new Date(timestampMs).toDateString() === new Date(nowMs).toDateString()
      const day = isToday ? {} : ({ weekday: 'long' } as const)
      const options = { hour: 'numeric', minute: '2-digit', ...day } as const
      return new Intl.DateTimeFormat(i18n.global.locale.value, options).format(timestampMs)
    },
    dateTime: (timestampMs) =>
      new Intl.DateTimeFormat(i18n.global.locale.value, { dateStyle: 'medium', timeStyle: 'short' }).format(
        timestampMs,
      ),
  }
}
