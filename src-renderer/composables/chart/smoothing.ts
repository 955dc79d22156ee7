/**
 * Exponential moving average of ys over xs, corrected for its start (Adam's bias correction, Kingma & Ba 2015, §3), so
 * that the first points are not pulled to zero. History is downsampled and live points are not, so a point forgets in
 * proportion to its distance from the one before; the unit is the mean distance, at most a thousand to the curve.
 * Evenly spaced points give the ordinary average. A value that is not finite is passed over: one exploding step must
 * not erase the rest of the curve.
 *
 * @param weight 0 (no smoothing) up to, not including, 1
 * @returns one value a point; NaN only before the first finite value
 */
export function smooth(xs: ArrayLike<number>, ys: ArrayLike<number>, length: number, weight: number): Float64Array {
  const out = new Float64Array(length)
  const first = xs[0] ?? 0
  const span = (xs[length - 1] ?? first) - first
  const unit = span / Math.min(Math.max(length - 1, 1), 1000)
  let sum = 0
  let share = 0
  let last = first
  let value = NaN
  for (let i = 0; i < length; i++) {
    const y = ys[i] ?? NaN
    if (Number.isFinite(y)) {
      const x = xs[i] ?? last
      const keep = weight <= 0 ? 0 : unit > 0 && share > 0 ? weight ** (Math.max(0, x - last) / unit) : weight
      sum = sum * keep + y * (1 - keep)
      share = share * keep + (1 - keep)
      // Two points at one place keep everything (weight ** 0): the average is then what it was.
      value = share > 0 ? sum / share : y
      last = x
    }
    out[i] = value
  }
  return out
}
