import { expect, it } from 'vitest'
import { page } from 'vitest/browser'
import { openHouse } from './house'

openHouse()
// After the bridge: the stores look for it when they are loaded.
const { openApp } = await import('./whole-app')

const go = (screen: string): Promise<void> =>
  page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: screen, exact: true }).click()
const text = page.getByRole('combobox', { name: 'Text' })
const chosenText = (name: string): Promise<void> =>
  expect.poll(() => document.querySelector('.fields .v-select__selection')?.textContent, { timeout: 15_000 }).toBe(name)

it('takes the text that it was opened for once: whoever comes back finds the one chosen since', async () => {
  await openApp('/texts')
  await page.getByRole('link', { name: 'Train a model' }).nth(1).click()
  await chosenText('家书')
  await expect.poll(() => location.hash).toBe('#/new')
  await text.click({ force: true })
  await page.getByRole('option', { name: /^Letters to Clara/ }).click()
  await chosenText('Letters to Clara')
  await go('Texts')
  await expect.element(page.getByRole('heading', { level: 1, name: 'Texts' })).toBeVisible()
  history.back()
  await chosenText('Letters to Clara')
})

it('says what there is to choose: of a run from scratch, after another one, and on from another one’s weights', async () => {
  await openApp('/new')
  await expect.element(page.getByText('Make five choices.', { exact: false })).toBeVisible()
  for (const [way, words] of [
    ['Duplicate with changes', 'Change what you want. The rest stays the same.'],
    ['Continue on another text', 'Choose a text and how long to train. Homegrown sets the rest.'],
  ] as const) {
    await go('History')
    await page.getByRole('button', { name: 'More actions for Letters, small' }).click()
    await page.getByText(way).click()
    await expect.element(page.getByText(words)).toBeVisible()
    await expect.element(page.getByText('five choices', { exact: false })).not.toBeInTheDocument()
  }
})
