import {
  Chart,
  Interaction,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
  type ChartDataset,
  type InteractionItem,
  type InteractionModeFunction,
} from 'chart.js'
import { onMounted, onScopeDispose, watch, type ShallowRef } from 'vue'
import { valueRange, type XAxis } from './axis'
import { envelope, lastOfColumn, nearest, type Point, type Viewport } from './buckets'
import { lineChartOptions } from './lineChartOptions'
import { faint, type CurveStyle } from './palette'

declare module 'chart.js' {
  interface InteractionModeMap {
    /** Of every curve the point nearest to the pointer's place on the x axis: curves have their own x values. */
    nearestOfEach: InteractionModeFunction
  }
}

export interface Curve {
  readonly id: string
  readonly label: string
  readonly style: CurveStyle
  /** `raw`: a faint line through every extreme; `line`; `marked`: a line with a dot for each value. */
  readonly kind: 'raw' | 'line' | 'marked'
  readonly length: number
  readonly xs: ArrayLike<number>
  readonly ys: ArrayLike<number>
  /** Lowest and highest value behind each point, where a point stands for many. */
  readonly low?: ArrayLike<number>
  readonly high?: ArrayLike<number>
}

export interface LineChartView {
  readonly curves: readonly Curve[]
  readonly xAxis: XAxis
  readonly log: boolean
  readonly fromZero: boolean
  readonly dark: boolean
  readonly formatX: (value: number) => string
  readonly formatTick: (value: number) => string
  readonly formatValue: (value: number) => string
}

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Tooltip)

Interaction.modes.nearestOfEach = (chart, event) => {
  const place = event.x === null ? undefined : chart.scales['x']?.getValueForPixel(event.x)
  if (place === undefined) return []
  return chart.getSortedVisibleDatasetMetas().flatMap(({ index: datasetIndex, data }): InteractionItem[] => {
    const points = (chart.data.datasets[datasetIndex]?.data ?? []) as readonly Point[]
    const index = nearest((i) => points[i]?.x ?? NaN, points.length, place)
    const element = data[index]
    return element ? [{ element, datasetIndex, index }] : []
  })
}

/** Dots of an evaluation are drawn while they are few enough to be told apart. */
const maxDots = 60

type Line = ChartDataset<'line', Point[]>

/** The range that all curves together span; null without a finite x. */
function spanOf(curves: readonly Curve[]): { from: number; to: number } | null {
  let from = Infinity
  let to = -Infinity
  for (const { xs, length } of curves) {
    if (length === 0) continue
    from = Math.min(from, xs[0] ?? Infinity)
    to = Math.max(to, xs[length - 1] ?? -Infinity)
  }
  return from <= to ? { from, to } : null
}

function pointsOf(curve: Curve, view: Viewport): Point[] {
  const { xs, ys, low, high, length, kind } = curve
  return kind === 'raw' ? envelope(xs, low ?? ys, high ?? ys, length, view) : lastOfColumn(xs, ys, length, view)
}

/** Gives the dataset of a curve its new points and look; the object stays, so that Chart.js keeps its elements. */
function draw(line: Line, curve: Curve, points: Point[]): void {
  const raw = curve.kind === 'raw'
  line.label = curve.label
  line.data = points
  line.borderColor = raw ? faint(curve.style.color, 0.38) : curve.style.color
  line.backgroundColor = curve.style.color
  line.borderWidth = raw ? 1 : 2
  line.borderDash = raw ? [] : [...curve.style.dash]
  line.pointRadius = curve.kind === 'marked' && points.length <= maxDots ? 3 : points.length === 1 ? 3 : 0
  line.pointHoverRadius = raw ? 0 : 4
  // Dots and thick lines at the edge are drawn whole.
  line.clip = 8
}

/**
 * Keeps a Chart.js line chart in a canvas equal to `view()`. The chart is made when the component is mounted and
 * destroyed with it; changes are drawn at most once a frame, and not at all while the window is hidden.
 */
export function useLineChart(canvas: Readonly<ShallowRef<HTMLCanvasElement | null>>, view: () => LineChartView): void {
  let chart: Chart<'line', Point[]> | null = null
  let frame = 0

  function update(): void {
    frame = 0
    if (!chart) return
    const shown = view()
    const span = spanOf(shown.curves)
    const columns = Math.max(1, Math.round(chart.chartArea.width) || chart.width)
    const viewport = { from: span?.from ?? 0, to: span?.to ?? 1, columns }
    const old = new Map(chart.data.datasets.map((line) => [(line as Line & { id?: string }).id, line]))
    let lowest = Infinity
    let highest = -Infinity
    chart.data.datasets = shown.curves.map((curve) => {
      const line = old.get(curve.id) ?? Object.assign<Line, { id: string }>({ data: [] }, { id: curve.id })
      let points = pointsOf(curve, viewport)
      if (shown.log) points = points.filter(({ y }) => y > 0)
      for (const { y } of points) {
        lowest = Math.min(lowest, y)
        highest = Math.max(highest, y)
      }
      draw(line, curve, points)
      return line
    })
    const range = valueRange(lowest, highest, shown.log, shown.fromZero)
    const x = { min: viewport.from, max: viewport.to }
    const options = lineChartOptions(shown, span ? { x, y: range } : null)
    chart.options = { ...options, onResize: schedule }
    // Not 'none': in that mode Chart.js keeps the point options of the first draw for good.
    chart.update()
  }

  function schedule(): void {
    if (frame === 0) frame = requestAnimationFrame(update)
  }

  onMounted(() => {
    if (!canvas.value) return
    chart = new Chart(canvas.value, { type: 'line', data: { datasets: [] }, options: lineChartOptions(view(), null) })
    update()
  })
  watch(view, schedule)
  onScopeDispose(() => {
    cancelAnimationFrame(frame)
    chart?.destroy()
    chart = null
  })
}
