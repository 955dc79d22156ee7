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
