import { expect, it } from 'vitest'
import { page } from 'vitest/browser'
import LineChart from '../../src-renderer/components/chart/LineChart.vue'
import type { Curve } from '../../src-renderer/composables/chart/useLineChart'
import { show } from './mount'

const style = { color: '#1c6b46', dash: [] }
const curve = (ys: readonly number[], over: Partial<Curve> = {}): Curve => ({
  ...{ id: 'loss', label: 'Loss', style, kind: 'line' as const },
  ...{ length: ys.length, xs: ys.map((_, i) => i), ys },
  ...over,
})
const chart = (curves: readonly Curve[]) =>
  show(LineChart, {
    ...{ title: 'Loss', curves, xAxis: 'step' },
    ...{ formatTick: (value: number) => String(value), formatValue: (value: number) => value.toFixed(2) },
  })

/** Share of the canvas that something is drawn on. */
function inked(): number {
  const canvas = document.querySelector('canvas')
  const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data
  if (!pixels) return 0
  let drawn = 0
  for (let i = 3; i < pixels.length; i += 4) if (pixels[i] !== 0) drawn++
  return drawn / (pixels.length / 4)
}

it('says what it waits for while there is nothing to draw', async () => {
  chart([curve([])])
  await expect.element(page.getByText('The curve starts with the first step.')).toBeVisible()
  await expect.element(page.getByRole('button', { name: /as table/ })).toBeDisabled()
})

it('draws, and names the newest value for whoever cannot see it', async () => {
  chart([curve([4, 3, 2])])
  await expect.element(page.getByRole('img', { name: 'Loss. Loss: 2.00 (Steps: 2)' })).toBeVisible()
  await expect.poll(inked).toBeGreaterThan(0.005)
})

it('follows a curve that grows', async () => {
  const { props } = chart([curve([4, 3])])
  await expect.element(page.getByRole('img', { name: /Loss: 3\.00/ })).toBeVisible()
  props['curves'] = [curve([4, 3, 1.5])]
  await expect.element(page.getByRole('img', { name: 'Loss. Loss: 1.50 (Steps: 2)' })).toBeVisible()
})

it('shows the same values as numbers, without the faint curve that has them twice', async () => {
  chart([curve([4, 3, 2]), curve([4.5, 2.5, 2.1], { id: 'raw', label: 'As measured', kind: 'raw' })])
  await page.getByRole('button', { name: 'Loss: show as table' }).click()
  const table = page.getByRole('table')
  await expect.element(table).toBeVisible()
  await expect.element(table.getByText('2.00')).toBeVisible()
  expect(table.getByText('As measured').query()).toBeNull()
  await page.getByRole('button', { name: 'Loss: show as chart' }).click()
  await expect.poll(inked).toBeGreaterThan(0.005)
})

it.each([[[NaN, Infinity, 1e308]], [[5e-324, 1e308, -1e308]], [[0, 0, 0]]])(
  'draws %j without standing still',
  async (ys) => {
    const before = performance.now()
    chart([curve(ys)])
    await new Promise(requestAnimationFrame)
    await new Promise(requestAnimationFrame)
    await expect.element(page.getByRole('figure', { name: 'Loss' })).toBeVisible()
    // Seconds where ticks are counted without a bound (docs/log/053); never more than a moment otherwise.
    expect(performance.now() - before).toBeLessThan(5000)
  },
)
