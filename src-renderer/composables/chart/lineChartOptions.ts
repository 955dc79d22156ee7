import type { ChartOptions, Scale } from 'chart.js'
import { durationTicks, enough, linearTicks, logTicks, type Ticks, type XAxis } from './axis'
import { chartInk } from './palette'

export interface LineChartLook {
  readonly xAxis: XAxis
  readonly log: boolean
  readonly dark: boolean
  readonly formatX: (value: number) => string
  readonly formatTick: (value: number) => string
  readonly formatValue: (value: number) => string
}

interface Range {
  readonly min: number
  readonly max: number
}

/** A label takes about this many pixels of a horizontal and of a vertical axis. */
const tickWidth = 76
const tickHeight = 40

const font = { family: 'system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif', size: 12 }

/**
 * Chart.js options of a chart that draws itself without movement.
 *
 * @param ranges what the axes show; null while there is nothing, so that no invented numbers stand on them
 */
export function lineChartOptions(look: LineChartLook, ranges: { x: Range; y: Range } | null): ChartOptions<'line'> {
  const ink = chartInk(look.dark)
  const xTicks = look.xAxis === 'time' ? durationTicks : linearTicks
  const yTicks = enough(look.log ? logTicks : linearTicks)
  const axis = (format: (value: number) => string, ticks: Ticks) => ({
    afterBuildTicks: (scale: Scale) => {
      const size = scale.isHorizontal() ? scale.chart.width / tickWidth : scale.chart.height / tickHeight
      scale.ticks = ticks(scale.min, scale.max, Math.max(2, Math.floor(size))).map((value) => ({ value }))
    },
    ticks: {
      color: ink.text,
      font,
      maxRotation: 0,
      autoSkip: true,
      callback: (value: string | number) => format(Number(value)),
    },
    border: { display: false },
    display: ranges !== null,
  })
  return {
    animation: false,
    parsing: false,
    normalized: true,
    responsive: true,
    maintainAspectRatio: false,
    interaction: { mode: 'nearestOfEach', intersect: false },
    layout: { padding: { top: 6, right: 12 } },
    elements: { line: { tension: 0, borderJoinStyle: 'round' } },
    scales: {
      x: { type: 'linear', ...ranges?.x, ...axis(look.formatX, xTicks), grid: { display: false } },
      y: {
        type: look.log ? 'logarithmic' : 'linear',
        ...ranges?.y,
        ...axis(look.formatTick, yTicks),
        grid: { color: ink.grid, drawTicks: false },
      },
    },
    plugins: {
      tooltip: {
        backgroundColor: ink.tooltip,
        titleColor: ink.tooltipText,
        bodyColor: ink.tooltipText,
        titleFont: { ...font, weight: 'bold' },
        bodyFont: font,
        padding: 10,
        cornerRadius: 8,
        boxPadding: 6,
        usePointStyle: true,
        callbacks: {
          title: (items) => (items[0] ? look.formatX(items[0].parsed.x ?? NaN) : ''),
          label: (item) => ` ${item.dataset.label ?? ''}  ${look.formatValue(item.parsed.y ?? NaN)}`,
        },
      },
    },
  }
}
