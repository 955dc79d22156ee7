import { expect, type Page } from '@playwright/test'
import { test } from './app'
import type { Freezes } from './freezes'
import { chartWords, go, importText, patienceMs, sampleFile, state, waitForStep } from './journey'

/** Within this a page that does something still feels immediate. */
const feltMs = 200
/** The two cores also train: a task may wait for one of them. A page that freezes does so every time. */
const tries = 3

/** Trains with what a newcomer gets, until its first points are drawn; the long tasks meanwhile. */
async function watchFirstPoints(page: Page, freezes: Freezes): Promise<string[]> {
  await go(page, 'New model')
  const start = page.getByTestId('start-training')
  await expect(start).toBeEnabled({ timeout: patienceMs })
  await start.click()
  await expect(state(page, 'Training')).toBeVisible({ timeout: patienceMs })
  await freezes.settle()
  const before = freezes.longerThan(feltMs).length
  await waitForStep(page, 1)
  await expect.poll(() => chartWords(page), { timeout: patienceMs }).toMatch(/Training loss.*: \d/)
  await waitForStep(page, 20)
  await freezes.settle()
  const during = freezes.longerThan(feltMs).slice(before)
  await page.getByRole('button', { name: 'Save and stop' }).click()
  await expect(state(page, 'Stopped')).toBeVisible({ timeout: patienceMs })
  return during
}

/**
 * With the short intervals of the other specs several points arrive at once; with the settings of a newcomer one stands
 * alone for a while, and a chart of one point has a range of nothing.
 */
test('the first points of a run with default settings do not hold the page up', async ({
  page,
  freezes,
  complaints,
}) => {
  test.setTimeout(600_000)
  await importText(page, sampleFile)
  let felt: string[] = []
  for (let n = 0; n < tries; n++) {
    felt = await watchFirstPoints(page, freezes)
    if (felt.length === 0) break
  }
  expect(felt, 'each time').toEqual([])
  expect(complaints).toEqual([])
})
