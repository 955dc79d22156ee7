import AxeBuilder from '@axe-core/playwright'
import { expect, type Locator, type Page } from '@playwright/test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from './app'
import { go, patienceMs } from './journey'
import { root } from './root'

const pictures = join(root, 'test-results/pictures')

const card = (page: Page, name: string): Locator => page.getByRole('article', { name })
const notice = (page: Page, words: string | RegExp): Locator => page.locator('.v-snackbar').filter({ hasText: words })

async function bring(page: Page, file: string): Promise<void> {
  await page.getByTestId('file-input').setInputFiles(file)
}

async function remove(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `More actions for ${name}` }).click()
  await page.getByText('Delete', { exact: true }).click()
  await expect(card(page, name)).toBeHidden()
}

test('two texts are deleted, each with its own way back; the trash restores, and asks before it is emptied', async ({
  page,
  profile,
  complaints,
  freezes,
}) => {
  mkdirSync(pictures, { recursive: true })
  const files = ['first', 'second'].map((name) => join(profile, `${name}.txt`))
  for (const file of files) writeFileSync(file, `A text of its own: ${file}. `.repeat(200))
  const [first = '', second = ''] = files
  await go(page, 'Texts')
  for (const file of files) await bring(page, file)
  await expect(page.getByRole('link', { name: 'Train a model' })).toHaveCount(2, { timeout: patienceMs })

  await test.step('the second delete leaves the first its Undo', async () => {
    await remove(page, 'first.txt')
    await remove(page, 'second.txt')
    await expect(notice(page, 'second.txt')).toBeVisible()
    await page.screenshot({ path: join(pictures, 'notices.png') })
    await notice(page, 'first.txt').getByRole('button', { name: 'Undo' }).click()
    await expect(card(page, 'first.txt')).toBeVisible()
    await expect(card(page, 'second.txt')).toBeHidden()
  })

  await test.step('the same content is not imported again unasked', async () => {
    await bring(page, first)
    await expect(notice(page, 'You already have this text: “first.txt”.')).toBeVisible()
    await expect(card(page, 'first.txt').getByRole('button', { name: 'Close' })).toBeVisible()
    await bring(page, second)
    const inTrash = notice(page, 'This text is in the trash: “second.txt”.')
    await expect(inTrash.getByRole('button', { name: 'Import again anyway' })).toBeVisible()
    await inTrash.getByRole('button', { name: 'Restore' }).click()
    await expect(card(page, 'second.txt')).toBeVisible()
    await expect(page.getByRole('article')).toHaveCount(2)
  })

  await test.step('the trash says what it holds, restores it, and is emptied only when that is confirmed', async () => {
    await remove(page, 'first.txt')
    await remove(page, 'second.txt')
    await page.getByRole('main').getByRole('link', { name: 'Trash' }).click()
    await expect(page.getByText(/^2 items use \d+ kB\.$/)).toBeVisible()
    const seen = await freezes.unwatched(() => new AxeBuilder({ page }).setLegacyMode().analyze())
    expect(seen.violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html).join()}`)).toEqual([])
    await page.getByRole('button', { name: 'Restore first.txt' }).click()
    await expect(page.getByRole('row', { name: /first\.txt/ })).toBeHidden()

    const question = page.getByRole('alertdialog', { name: 'Delete 1 item forever?' })
    await page.getByRole('button', { name: 'Empty trash' }).click()
    await expect(question).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(question).toBeHidden()
    await expect(page.getByRole('row', { name: /second\.txt/ })).toBeVisible()
    await page.getByRole('button', { name: 'Empty trash' }).click()
    await question.getByRole('button', { name: 'Delete forever' }).click()
    await expect(page.getByRole('heading', { name: 'The trash is empty' })).toBeVisible()

    await go(page, 'Texts')
    await expect(card(page, 'first.txt')).toBeVisible()
    await expect(page.getByRole('article')).toHaveCount(1)
  })

  expect(complaints).toEqual([])
})
