/** Whole hours, minutes and seconds. */
function parts(ms: number): readonly [hours: number, minutes: number, seconds: number] {
  const seconds = Math.max(0, Math.round(ms / 1000))
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
}

/** 1:02:03, as a clock that runs shows it. */
export function clock(ms: number): string {
  const [h, m, s] = parts(ms)
  const two = (n: number): string => String(n).padStart(2, '0')
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** 1 h 2 min 3 s, as far as there are any. */
export function duration(ms: number): string {
  const [h, m, s] = parts(ms)
  return [h > 0 ? `${h} h` : '', h > 0 || m > 0 ? `${m} min` : '', `${s} s`].filter((part) => part !== '').join(' ')
}
