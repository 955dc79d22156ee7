import { expect } from '@playwright/test'
import { test } from './app'
import { chartWords, fact, go, importText, patienceMs, sampleFile, shownStep, small, state, train } from './journey'

test.setTimeout(600_000)

test('a finished model is trained longer, from its verdict; the curve goes on, and a reload forgets nothing', async ({
  page,
  complaints,
}) => {
  await importText(page, sampleFile)
  await train(page, 'Tales', { ...small, maxSteps: '80' })
  await expect(state(page, 'Finished')).toBeVisible({ timeout: patienceMs })
  const verdict = page.getByRole('region', { name: 'How it went' })
  await expect(verdict.getByRole('button')).toHaveCount(2) // with the explanation of the word
  await verdict.getByRole('button', { name: 'Train 40 steps more' }).click()

  const dialog = page.getByRole('dialog', { name: 'Train longer' })
  const more = dialog.getByLabel('More steps')
  await expect(more).toHaveValue('40')
  await expect(dialog.getByText('Ends at step 120, takes less than a minute.')).toBeVisible()
  await more.fill('none')
  await expect(dialog.getByRole('button', { name: 'Train longer' })).toBeDisabled()
  await more.fill('1,000,000')
  await expect(dialog.getByText(/^Ends at step 1,000,080, takes /)).toBeVisible()
  await dialog.getByRole('button', { name: 'Train longer' }).click()

  await expect(state(page, 'Training')).toBeVisible({ timeout: patienceMs })
  await expect(fact(page, 'Step')).toHaveText(/ of 1,000,080$/)
  await expect(fact(page, 'Time left')).toHaveText(/^(About|Less than)/, { timeout: patienceMs })
  await expect.poll(() => shownStep(page), { timeout: patienceMs }).toBeGreaterThan(90)
  // One curve: its first points are those of before.
  await page.getByRole('button', { name: 'Loss: show as table' }).click()
  await expect(page.getByRole('row', { name: /^1 / }).first()).toBeVisible()
  await page.getByRole('button', { name: 'Loss: show as chart' }).click()
  await page.getByRole('button', { name: 'Save and stop' }).click()
  await expect(state(page, 'Stopped')).toBeVisible({ timeout: patienceMs })
  const stoppedAt = await shownStep(page)

  await test.step('and again, in place of what was left', async () => {
    await page.locator('header').getByRole('button', { name: 'Train longer' }).click()
    await expect(dialog.getByText('This replaces the steps left up to 1,000,080.')).toBeVisible()
    await more.fill('20')
    await dialog.getByRole('button', { name: 'Train longer' }).click()
    await expect(state(page, 'Finished')).toBeVisible({ timeout: patienceMs })
    expect(await shownStep(page)).toBe(stoppedAt + 20)
    await expect.poll(() => chartWords(page)).toContain(`Steps: ${(stoppedAt + 20).toLocaleString('en-US')}`)
  })

  await test.step('everywhere', async () => {
    const total = (stoppedAt + 20).toLocaleString('en-US')
    await page.reload()
    await expect(fact(page, 'Step')).toHaveText(`${total} of ${total}`)
    await page.getByRole('button', { name: 'Engine and checkpoints' }).click()
    await expect(
      page.getByText(`Trained longer: from step ${stoppedAt.toLocaleString('en-US')} to step ${total}`),
    ).toBeVisible()
    // Open panels stay open.
    await page.reload()
    await expect(page.getByText('Trained longer: from step 80 to step 1,000,080')).toBeVisible()
    await go(page, 'History')
    await expect(page.getByRole('row', { name: /Tales/ })).toContainText('Finished')
  })
  expect(complaints).toEqual([])
})
