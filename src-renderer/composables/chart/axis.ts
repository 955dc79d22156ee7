export type XAxis = 'step' | 'time' | 'tokens'
export const xAxes: readonly XAxis[] = ['step', 'time', 'tokens']

/** Round numbers between min and max, about `count` of them. */
export type Ticks = (min: number, max: number, count: number) => number[]

/** The same ticks, finer where fewer than three would stand on the axis: one number gives no scale. */
export const enough =
  (ticks: Ticks): Ticks =>
  (min, max, count) => {
    const tries = [1, 2, 4].map((finer) => ticks(min, max, count * finer))
    return tries.find(({ length }) => length >= 3) ?? tries[0] ?? []
  }

/** Round numbers between min and max, about `count` of them. */
export function linearTicks(min: number, max: number, count: number): number[] {
  if (!(max > min) || count < 1) return Number.isFinite(min) ? [min] : []
  const rough = (max - min) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10)
  return multiples(min, max, step)
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
/** Steps that a clock has; decimal ones would give "16 min 40 s". */
const clockSteps = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14, 28].map((n) => n * day),
]

/** Ticks of a duration axis in milliseconds. */
export function durationTicks(min: number, max: number, count: number): number[] {
  if (!(max > min) || count < 1) return Number.isFinite(min) ? [min] : []
  const rough = (max - min) / count
  const step = clockSteps.find((candidate) => candidate >= rough)
  // Below a second and above four weeks a clock has no steps of its own.
  return rough < second || step === undefined ? linearTicks(min, max, count) : multiples(min, max, step)
}

/** Ticks of a log axis: powers of ten with 1, 2, 5 between, or linear ones where the range is less than a factor of 4. */
export function logTicks(min: number, max: number, count: number): number[] {
  if (!(min > 0) || !(max > min) || !Number.isFinite(max)) return Number.isFinite(min) && min > 0 ? [min] : []
  const decades = Math.log10(max / min)
  if (decades < 0.6) return linearTicks(min, max, count)
  const factors = decades > count ? [1] : decades * 3 > count ? [1, 3] : [1, 2, 5]
  const every = Math.max(1, Math.ceil(decades / count))
  const ticks: number[] = []
  for (let exponent = Math.floor(Math.log10(min)); exponent <= Math.ceil(Math.log10(max)); exponent += every) {
    for (const factor of factors) {
      const tick = clean(factor * 10 ** exponent)
      if (tick >= min && tick <= max) ticks.push(tick)
    }
  }
  return ticks
}

/** An axis spans at least this share of its values: below it every label would read the same. */
const leastSpan = 1e-3
/** Ranges end here and at its inverse: the length of a range and the ratio of its ends stay numbers. */
const farthest = 1e150

/**
 * Range of the value axis with air around the curve; a log axis has nothing at or below zero. Always finite, and wide
 * enough that ticks can be told apart: a curve whose values differ in their last bit is a flat one.
 */
export function valueRange(low: number, high: number, log: boolean, fromZero = false): { min: number; max: number } {
  if (fromZero && !log && low > 0) return valueRange(0, high, log)
  if (!Number.isFinite(low) || !Number.isFinite(high) || low > high)
    return log ? { min: 0.1, max: 10 } : { min: 0, max: 1 }
  if (log) {
    const bottom = Math.min(Math.max(low, 1 / farthest), farthest)
    const top = Math.min(Math.max(high, bottom), farthest)
    const isFlat = top < bottom * (1 + leastSpan)
    const air = isFlat ? 1.2 : (top / bottom) ** 0.05
    return { min: bottom / air, max: top * air }
  }
  const [bottom, top] = [low, high].map((value) => Math.min(Math.max(value, -farthest), farthest)) as [number, number]
  const size = Math.max(Math.abs(bottom), Math.abs(top))
  const isFlat = top - bottom < Math.max(size * leastSpan, 1e-9)
  const air = isFlat ? Math.max(size * 0.1, 1e-9) : (top - bottom) * 0.06
  const min = bottom - air
  // A curve near zero stands on zero: a negative rate or norm does not exist.
  return { min: bottom >= 0 && min < 0 ? 0 : min, max: top + air }
}

/** Digits of a tick. Two that agree in all of them are one. */
const tickDigits = 12

/** Multiples of `step` from min to max; where so small a step changes no digit of them, only the first number. */
function multiples(min: number, max: number, step: number): number[] {
  const size = Math.max(Math.abs(min), Math.abs(max))
  if (!(step > size * 10 ** (2 - tickDigits)) || !Number.isFinite(step)) return [min]
  // Counted before they are made: a loop that adds a step too small for its sum would never end.
  const first = Math.ceil(min / step - 1e-9)
  const last = Math.floor(max / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => clean((first + n) * step))
}

/** 0.30000000000000004 is 0.3 on an axis. */
function clean(value: number): number {
  return Number(value.toPrecision(tickDigits))
}
