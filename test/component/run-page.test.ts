import { expect, it } from 'vitest'
import { page } from 'vitest/browser'
import { defaultSettings } from '../../src-preload/contract/records/settings'
import { openHouse } from './house'

const house = openHouse()
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

const shown = (['en', 'zh-CN'] as const).flatMap((locale) =>
  [
    ['running', 'run_00000004'],
    ['finished', 'run_00000001'],
    ['stopped', 'run_00000003'],
  ].map(([state = '', runId = '']) => ({ locale, state, runId })),
)
it.each(shown)('$locale, $state: verdict, sample and loss curve are seen without scrolling', async (how) => {
  await page.viewport(1280, 800)
  house.settings = { ...defaultSettings, locale: how.locale }
  await openApp(`/runs/${how.runId}`)
  for (const part of ['.verdict', '.samples .text', '.loss canvas']) {
    const { top, bottom, height } =
      document.querySelector(`.standing ${part}`)?.getBoundingClientRect() ?? new DOMRect()
    expect(height, part).toBeGreaterThan(0)
    expect(top, part).toBeGreaterThanOrEqual(0)
    expect(bottom, part).toBeLessThanOrEqual(800)
  }
})
