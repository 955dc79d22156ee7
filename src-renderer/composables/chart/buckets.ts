export interface Point {
  readonly x: number
  readonly y: number
}

/** The part of a curve to show, and on what kind of axis: bucket edges are even on the screen, not in the numbers. */
export interface Viewport {
  readonly from: number
  readonly to: number
  /** Columns of the drawing area, about one a CSS pixel. */
  readonly columns: number
}

function columnOf(x: number, view: Viewport): number {
  const share = (x - view.from) / (view.to - view.from)
  return Math.min(view.columns - 1, Math.max(0, Math.floor(share * view.columns)))
}

/**
 * The lowest and the highest value of every column, in the order in which they came: a spike one step wide survives
 * however many steps share its column. Gaps (not finite) are left out.
 *
 * @param low, high lowest and highest value that each row stands for (rows of a downsampled history hold many steps)
 */
export function envelope(
  xs: ArrayLike<number>,
  low: ArrayLike<number>,
  high: ArrayLike<number>,
  length: number,
  view: Viewport,
): Point[] {
  const points: Point[] = []
  let column = -1
  let lowest: Point | null = null
  let highest: Point | null = null
  let lowestFirst = true
  const flush = (): void => {
    if (!lowest || !highest) return
    if (lowest.y === highest.y) points.push(lowest)
    else if (lowestFirst) points.push(lowest, highest)
    else points.push(highest, lowest)
  }
  for (let i = 0; i < length; i++) {
    const x = xs[i] ?? NaN
    const min = low[i] ?? NaN
    const max = high[i] ?? NaN
    if (!Number.isFinite(x) || !Number.isFinite(min) || !Number.isFinite(max) || x < view.from || x > view.to) continue
    const at = view.to > view.from ? columnOf(x, view) : 0
    if (at !== column) {
      flush()
      column = at
      lowest = highest = null
    }
    if (!lowest || min < lowest.y) {
      lowest = { x, y: min }
      lowestFirst = highest === null || highest.x > x
    }
    if (!highest || max > highest.y) {
      highest = { x, y: max }
      lowestFirst = lowest.x <= x
    }
  }
  flush()
  return points
}

/** The last point of every column: for smooth curves, where the envelope would only thicken the line. */
export function lastOfColumn(xs: ArrayLike<number>, ys: ArrayLike<number>, length: number, view: Viewport): Point[] {
  const points: Point[] = []
  let column = -1
  for (let i = 0; i < length; i++) {
    const x = xs[i] ?? NaN
    const y = ys[i] ?? NaN
    if (!Number.isFinite(x) || !Number.isFinite(y) || x < view.from || x > view.to) continue
    const at = view.to > view.from ? columnOf(x, view) : 0
    if (at === column) points[points.length - 1] = { x, y }
    else points.push({ x, y })
    column = at
  }
  return points
}

/** Index of the point nearest to x, the earlier one of two; -1 without points. `xAt` rises with its index. */
export function nearest(xAt: (index: number) => number, length: number, x: number): number {
  if (length === 0) return -1
  let low = 0
  let high = length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (xAt(middle) < x) low = middle + 1
    else high = middle
  }
  return low > 0 && x - xAt(low - 1) <= xAt(low) - x ? low - 1 : low
}
