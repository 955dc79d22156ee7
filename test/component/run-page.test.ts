import { expect, it } from 'vitest'
import { page } from 'vitest/browser'
import { openHouse } from './house'

openHouse()
// After the bridge: the stores look for it when they are loaded.
const { openApp } = await import('./whole-app')

const buttons = (): string[] =>
  page
    .getByRole('button')
    .elements()
    .map((one) => one.textContent.trim())

it.each([
  ['stopped', 'run_00000003', ['Train longer', 'Resume from step 400']],
  ['finished', 'run_00000001', ['Train 600 steps more']],
])('of a run that is %s each way on stands in one place', async (_state, runId, offered) => {
  await openApp(`/runs/${runId}`)
  await expect.element(page.getByTestId('next-step')).toBeVisible()
  expect(buttons().filter((words) => /^(Resume|Train)/.test(words))).toEqual(offered)
})

it.each([
  ['running', 'run_00000004'],
  ['finished', 'run_00000001'],
  ['stopped', 'run_00000003'],
])('shows the verdict, a sample and the loss curve of a run that is %s without scrolling', async (_state, runId) => {
  await page.viewport(1280, 800)
  await openApp(`/runs/${runId}`)
  const curve = page.getByRole('img', { name: /^Loss\./ })
  await expect.element(curve).toBeVisible()
  for (const part of [
    page.getByRole('region', { name: /^How it(’s going| went)$/ }),
    page.getByText('Clara, the winter has been long and the harbour still lies under ice.', { exact: false }),
    curve,
  ]) {
    const { top, bottom, height } = part.element().getBoundingClientRect()
    expect(height).toBeGreaterThan(0)
    expect(top).toBeGreaterThanOrEqual(0)
    expect(bottom).toBeLessThanOrEqual(800)
  }
})
