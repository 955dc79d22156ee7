import { expect, type Locator, type Page } from '@playwright/test'
import { join } from 'node:path'
import { root } from './root'

/** What a person does, in the words of the English window: shared by the journey and the picture specs. */

export const sampleFile = join(root, 'resources/sample/en.txt')
/** Two shared cores and an engine that may have to compile: long, because only being stuck is a failure here. */
export const patienceMs = 120_000

/** Small enough for a hundred steps in seconds, long enough that stopping comes before the end. */
export const small = {
  nLayer: '2',
  nHead: '2',
  nEmbd: '32',
  blockSize: '32',
  batchSize: '8',
  vocabSize: '300',
  patience: '0',
  warmupSteps: '10',
  evalInterval: '20',
  evalBatches: '4',
  sampleInterval: '20',
  logInterval: '2',
}

/** Steps of a training that is stopped before they are done, on any machine. */
export const endless = '1000000'

/** Opens a screen by the rail. */
export function go(page: Page, screen: string): Promise<void> {
  return page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: screen, exact: true }).click()
}

/**
 * Opens a menu and takes one of its options. A menu that moves between press and release (the page behind it was still
 * growing) takes no click and stays open: a person would press again, and so does this.
 */
export async function choose(menu: Locator, option: Locator): Promise<void> {
  await menu.click()
  await option.click()
  await expect(async () => {
    if (await option.isVisible()) await option.click({ timeout: 3000 })
    await expect(option).toBeHidden({ timeout: 3000 })
  }).toPass({ timeout: patienceMs })
}

export async function importText(page: Page, file: string): Promise<void> {
  await go(page, 'Texts')
  await page.getByTestId('file-input').setInputFiles(file)
  await expect(page.getByRole('link', { name: 'Train a model' })).toBeVisible({ timeout: patienceMs })
}

/** Fills the expert form and presses Start; ends on the screen of the new run. */
export async function train(page: Page, name: string, settings: Readonly<Record<string, string>>): Promise<void> {
  await go(page, 'New model')
  await page.getByTestId('expert').click()
  await page.getByTestId('all-settings').click()
  await page.getByLabel('Name', { exact: true }).fill(name)
  for (const [field, value] of Object.entries(settings)) {
    await page.locator(`[data-field="${field}"] input`).fill(value)
  }
  const start = page.getByTestId('start-training')
  await expect(start).toBeEnabled({ timeout: patienceMs })
  await start.click()
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible({ timeout: patienceMs })
}

/** From the screen of a run: lets its model continue a beginning; ends when it has written. */
export async function talk(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Try it' }).click()
  await page.getByLabel('Beginning of a text').fill('There was a')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('group', { name: 'Last passage' })).toBeVisible({ timeout: patienceMs })
}

/** The value beside its name in the progress card. */
export function fact(page: Page, name: string): Locator {
  const card = page.getByRole('region', { name: 'Training progress' })
  return card
    .locator('div', { has: page.getByText(name, { exact: true }) })
    .locator('dd')
    .first()
}

/** The step that the screen shows. */
export async function shownStep(page: Page): Promise<number> {
  const text = (await fact(page, 'Step').textContent()) ?? ''
  return Number(/^[\d,]+/.exec(text.trim())?.[0].replaceAll(',', ''))
}

export async function waitForStep(page: Page, step: number): Promise<void> {
  await expect.poll(() => shownStep(page), { timeout: patienceMs }).toBeGreaterThanOrEqual(step)
}

/** What the loss chart tells a person who cannot see it: its newest values. */
export function chartWords(page: Page): Promise<string> {
  return page
    .getByRole('img', { name: /^Loss\./ })
    .getAttribute('aria-label')
    .then((words) => words ?? '')
}

/** The word on the state of the open run. */
export function state(page: Page, word: string): Locator {
  return page.locator('header').getByText(word, { exact: true })
}
