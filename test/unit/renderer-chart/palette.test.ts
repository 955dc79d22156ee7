import { expect, test } from 'vitest'
import {
  chartInk,
  curveStyle,
  darkCurves,
  lightCurves,
  surfaces,
} from '../../../src-renderer/composables/chart/palette'

/** WCAG 2.2, relative luminance and contrast ratio. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => parseInt(color.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (high + 0.05) / (low + 0.05)
}

test('curves and axis text stand out from both surfaces', () => {
  for (const color of lightCurves) expect(contrast(color, surfaces.light), color).toBeGreaterThan(4.5)
  for (const color of darkCurves) expect(contrast(color, surfaces.dark), color).toBeGreaterThan(4.5)
  expect(contrast(chartInk(false).text, surfaces.light)).toBeGreaterThan(4.5)
  expect(contrast(chartInk(true).text, surfaces.dark)).toBeGreaterThan(4.5)
})

test('eight runs differ in colour and in dash', () => {
  const styles = Array.from({ length: 8 }, (_, i) => curveStyle(i, false))
  expect(new Set(styles.map((s) => s.color)).size).toBe(8)
  expect(new Set(styles.map((s) => s.dash.join())).size).toBe(8)
})
