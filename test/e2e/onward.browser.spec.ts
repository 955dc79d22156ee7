import { expect } from '@playwright/test'
import { test } from './app'
import { go, importText, patienceMs, sampleFile, small, state, train } from './journey'

test.setTimeout(300_000)

test('a run is made again with changes, also where its text is in the trash', async ({ page, complaints }) => {
  await importText(page, sampleFile)
  await train(page, 'Tales', { ...small, maxSteps: '20', learningRate: '0.0123' })
  await expect(state(page, 'Finished')).toBeVisible({ timeout: patienceMs })

  await page.getByRole('button', { name: 'More actions for Tales' }).click()
  await page.getByText('Duplicate with changes').click()
  await expect(page.getByTestId('base')).toContainText('Based on “Tales”')
  const start = page.getByTestId('start-training')
  await expect(start).toBeEnabled({ timeout: patienceMs })
  await expect(page.locator('[data-changed]')).toHaveCount(0)

  await page.getByTestId('expert').click()
  await page.getByTestId('all-settings').click()
  const rate = page.locator('[data-field="learningRate"] input')
  await expect(rate).toHaveValue('0.0123')
  await rate.fill('0.002')
  const changed = page.locator('[data-changed]')
  await expect(changed).toHaveText(['Learning rate: 0.002 (before: 0.0123)'])
  await page.locator('[data-changed]').getByRole('button', { name: 'Reset Learning rate' }).click()
  await expect(changed).toHaveCount(0)
  await expect(rate).toHaveValue('0.0123')

  await page.getByRole('radio', { name: /^Medium/ }).check({ force: true })
  await expect(page.locator('[data-changed="nLayer"]')).toContainText('(before: 2')
  await page.getByRole('button', { name: 'Reset all' }).click()
  await expect(changed).toHaveCount(0)
  await rate.fill('0.00123')
  await expect(page.getByLabel('Name', { exact: true })).toHaveAttribute('placeholder', 'en · learning rate ÷ 10')
  await expect(start).toBeEnabled({ timeout: patienceMs })
  await start.click()
  await expect(page.getByRole('heading', { level: 1, name: 'en · learning rate ÷ 10' })).toBeVisible({
    timeout: patienceMs,
  })
  await expect(state(page, 'Finished')).toBeVisible({ timeout: patienceMs })

  await go(page, 'Texts')
  await page.getByRole('button', { name: 'More actions for en.txt' }).click()
  await page.getByText('Delete', { exact: true }).click()
  await expect(page.getByRole('article')).toBeHidden()
  await go(page, 'History')
  await page.getByRole('button', { name: 'More actions for Tales', exact: true }).click()
  await page.getByText('Duplicate with changes').click()
  await expect(page.getByTestId('base')).toContainText('Its text “en.txt” was deleted.')
  await expect(start).toBeDisabled()
  await page.locator('.v-snackbar').getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByTestId('base')).toContainText('Whatever you change is marked.')
  await expect(start).toBeEnabled({ timeout: patienceMs })
  expect(complaints).toEqual([])
})
