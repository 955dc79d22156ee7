/**
 * Colours of curves: at least 4.5 : 1 against the surface of their theme (measured in test/unit/renderer2-chart), and
 * apart from each other in the usual kinds of colour blindness; dashes tell runs apart without any colour.
 */
const light = ['#0b6e4f', '#b3450b', '#2456c4', '#8a2f8f', '#7a5c00', '#b0264b', '#0b6f85', '#5a5f66']
const dark = ['#5fd3a8', '#ff9d66', '#8db4ff', '#dd9be2', '#e5c453', '#ff8fa8', '#6fcfe6', '#b8bec7']

const dashes: readonly (readonly number[])[] = [
  [],
  [8, 4],
  [2, 3],
  [10, 3, 2, 3],
  [14, 5],
  [5, 5],
  [2, 6],
  [12, 3, 2, 3, 2, 3],
]

export const lightCurves: readonly string[] = light
export const darkCurves: readonly string[] = dark
export const surfaces = { light: '#ffffff', dark: '#181d1a' } as const

export interface CurveStyle {
  readonly color: string
  readonly dash: readonly number[]
}

/** The look of the n-th curve; colours and dashes repeat together after eight. */
export function curveStyle(index: number, isDark: boolean): CurveStyle {
  const colors = isDark ? dark : light
  return { color: colors[index % colors.length] ?? '#808080', dash: dashes[index % dashes.length] ?? [] }
}

/** Axis text, grid and zero line. */
export function chartInk(isDark: boolean): { text: string; grid: string; tooltip: string; tooltipText: string } {
  return isDark
    ? { text: '#c3c9cf', grid: 'rgba(255,255,255,0.09)', tooltip: '#f2f4f5', tooltipText: '#16191c' }
    : { text: '#4a5157', grid: 'rgba(0,0,0,0.08)', tooltip: '#22272b', tooltipText: '#ffffff' }
}

/** The same colour, see-through: for the faint raw line behind the smoothed one. */
export function faint(color: string, alpha: number): string {
  const part = (at: number): number => parseInt(color.slice(at, at + 2), 16)
  return `rgba(${part(1)},${part(3)},${part(5)},${alpha})`
}
