import { expect, type Page } from '@playwright/test'
import { test } from './app'
import { endless, go, importText, patienceMs, sampleFile, small, state, train, waitForStep } from './journey'

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
  // It was the only text: there is nothing to start with, and no other one is taken.
  await expect(start).toBeHidden()
  await page.locator('.v-snackbar').getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByTestId('base')).toContainText('Whatever you change is marked.')
  await expect(start).toBeEnabled({ timeout: patienceMs })
  expect(complaints).toEqual([])
})

test('a model continues on another text, with its own tokenizer and architecture', async ({ page, complaints }) => {
  await importText(page, sampleFile)
  await train(page, 'Tales', { ...small, maxSteps: '20' })
  await expect(state(page, 'Finished')).toBeVisible({ timeout: patienceMs })
  await go(page, 'Texts')
  const letters = {
    name: 'Letters.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('My dear Clara, it snows.\n'.repeat(400)),
  }
  await page.getByTestId('file-input').setInputFiles(letters)
  await expect(page.getByRole('link', { name: 'Train a model' })).toHaveCount(2, { timeout: patienceMs })

  await go(page, 'History')
  await page.getByRole('button', { name: 'More actions for Tales', exact: true }).click()
  await page.getByText('Continue on another text').click()
  await expect(page.getByTestId('base')).toContainText('Continues from “Tales”')
  // The other text, not the one it has learned.
  await expect(page.locator('.fields .v-select').first()).toContainText('Letters.txt')
  await expect(page.getByTestId('fit')).toContainText('No character is lost.', { timeout: patienceMs })
  await expect(page.getByRole('radio', { name: /^Llama/ })).toHaveCount(0)
  await page.getByTestId('expert').click()
  await page.getByTestId('all-settings').click()
  await expect(page.locator('[data-field="nLayer"] input')).toBeDisabled()
  await page.locator('[data-field="maxSteps"] input').fill('20')
  await page.getByLabel('Name', { exact: true }).fill('Letters')
  const start = page.getByTestId('start-training')
  await expect(start).toBeEnabled({ timeout: patienceMs })
  await start.click()

  await expect(page.getByRole('heading', { level: 1, name: 'Letters' })).toBeVisible({ timeout: patienceMs })
  await expect(state(page, 'Finished')).toBeVisible({ timeout: patienceMs })
  await expect(page.getByText('trained on “Letters.txt”')).toBeVisible()
  await page
    .getByTestId('parent')
    .getByRole('link', { name: /^Continued from “Tales”/ })
    .click()
  await expect(page.getByRole('heading', { level: 1, name: 'Tales' })).toBeVisible()
  expect(complaints).toEqual([])
})

test('runs that wait are put in another order, and the queue is paused, in every tab', async ({ app, complaints }) => {
  const { page } = app
  await importText(page, sampleFile)
  await train(page, 'First', { ...small, maxSteps: endless })
  await waitForStep(page, 20)
  for (const name of ['One', 'Two', 'Three']) await train(page, name, { ...small, maxSteps: '20' })
  await expect(page.getByTestId('queue-place')).toContainText('Third in line.')
  await go(page, 'Start')
  const names = page.locator('.queue .name')
  await expect(names).toHaveText(['One', 'Two', 'Three'])
  await expect(page.locator('.queue li').first()).toContainText('Next in line. Starts at about')
  await page.getByRole('button', { name: 'Move Three up' }).click()
  await expect(names).toHaveText(['One', 'Three', 'Two'])
  await expect(page.getByText('Three is now number 2 of 3.')).toBeAttached()
  await names.nth(1).focus()
  await page.keyboard.press('Alt+ArrowUp')
  await expect(names).toHaveText(['Three', 'One', 'Two'])
  await expect(names.first()).toBeFocused()
  await page.locator('.queue li').nth(2).dragTo(page.locator('.queue li').first())
  await expect(names).toHaveText(['Two', 'Three', 'One'])

  await test.step('two tabs at the same time', async () => {
    const other = await page.context().browser()?.newPage({ locale: 'en-US' })
    if (other === undefined) throw new Error('no browser')
    await other.goto(app.address ?? '')
    const shownThere = other.locator('.queue .name')
    await expect(shownThere).toHaveText(['Two', 'Three', 'One'])
    const press = (tab: Page, name: string): Promise<void> => tab.getByRole('button', { name }).click()
    await Promise.all([press(page, 'Move One up'), press(other, 'Move Two down')])
    // Whichever came first: both are done, no run is lost, and both tabs agree.
    await expect(async () => {
      const [here, there] = await Promise.all([names.allTextContents(), shownThere.allTextContents()])
      expect(['One, Two, Three', 'Three, One, Two']).toContain(here.join(', '))
      expect(there).toEqual(here)
    }).toPass({ timeout: patienceMs })
    await other.close()
  })
  const order = await names.allTextContents()

  await page.getByRole('button', { name: 'Pause queue' }).click()
  await expect(page.getByText('The queue is paused.').first()).toBeVisible()
  await page.reload()
  await expect(names).toHaveText(order)
  await names.first().click()
  await expect(page.getByTestId('queue-place')).toContainText('Next in line. The queue is paused.')
  await page.getByRole('button', { name: 'Resume queue' }).click()
  await expect(page.getByTestId('queue-place')).not.toContainText('paused')
  await page.getByRole('button', { name: 'Save and stop' }).click()
  await go(page, 'Start')
  await expect(names).toHaveText(order.slice(1))
  expect(complaints).toEqual([])
})
