import { expect, type Page } from '@playwright/test'
import type {} from '../../src-renderer/api' // declares window.homegrown
import { test } from './app'
import { go, importText, patienceMs, sampleFile, small, state, train } from './journey'
import { whileJobsAreSlow } from './slow-jobs'

const finished = (page: Page) => page.getByText('“Tales” has finished training.', { exact: true })

test('a training goes on without its tab, and its end is told once, in the tab that is looked at', async ({
  app,
  profile,
}) => {
  const { page } = app
  await importText(page, sampleFile)
  await train(page, 'Tales', { ...small, maxSteps: '400' })
  const card = page.getByRole('region', { name: 'Training progress' })
  await expect(card.getByText('You can close this tab. Training continues.')).toBeVisible({ timeout: patienceMs })
  // It waits until both tabs are open: where a step takes a millisecond it would have ended before.
  await whileJobsAreSlow(profile, async () => {
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await expect(state(page, 'Paused')).toBeVisible({ timeout: patienceMs })
  })
  const context = await page.context().browser()?.newContext({ locale: 'en-US' })
  if (context === undefined) throw new Error('no browser')
  const tabs = [await context.newPage(), await context.newPage()]
  for (const tab of tabs) {
    await tab.goto(app.address ?? '')
    await go(tab, 'Texts')
  }
  const resume = page.getByRole('button', { name: /^Resume/ })
  await resume.click()
  await expect(resume).toBeHidden({ timeout: patienceMs })
  await page.close()

  const telling = async (): Promise<Page[]> => {
    const isTelling = await Promise.all(tabs.map((tab) => finished(tab).isVisible()))
    return tabs.filter((_tab, i) => isTelling[i])
  }
  await expect.poll(async () => (await telling()).length, { timeout: patienceMs }).toBe(1)
  const [tab] = await telling()
  await tab?.getByRole('button', { name: 'Show', exact: true }).click()
  await expect(tab?.getByRole('heading', { level: 1, name: 'Tales' }) ?? finished(page)).toBeVisible()
  await expect(tab?.getByText('You can close this tab.') ?? finished(page)).toHaveCount(0)
  await context.close()
})
