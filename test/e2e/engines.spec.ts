import AxeBuilder from '@axe-core/playwright'
import { expect } from '@playwright/test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from './app'
import { choose } from './journey'

let folder = ''
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homegrown-engines-'))
})
test.afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('offers the fast engine, and refuses another file and a missing network with a sentence', async ({ open }) => {
  const { page } = await open({
    HOMEGROWN_TENSORFLOW_DIR: join(folder, 'none'),
    HOMEGROWN_CACHE: join(folder, 'cache'),
    PIP_INDEX_URL: 'http://127.0.0.1:1/simple',
    PIP_FIND_LINKS: '',
    PIP_RETRIES: '0',
  })
  await page.getByRole('link', { name: 'Install the fast engine' }).click()
  const card = page.getByRole('region', { name: 'Engines' })
  await expect(card).toContainText('Built-in engine In use')

  await card.getByTestId('install-open').click()
  const dialog = page.getByTestId('install-dialog')
  await expect(dialog).toContainText('tensorflow-cpu==2.21.0')
  await expect(dialog).toContainText('Apache 2.0')
  await expect(dialog.getByTestId('install-start')).toBeDisabled()
  await page.screenshot({ path: 'test-results/pictures/install-dialog.png' })

  await dialog.getByRole('checkbox').check()
  const wrong = join(folder, 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl')
  writeFileSync(wrong, 'not a wheel')
  await page.getByTestId('install-file').setInputFiles(wrong)
  // One alert, with the engine that it is about.
  await expect(card.getByRole('alert')).toContainText('This isn’t the right file')
  await expect(card.getByRole('listitem').filter({ has: page.getByRole('alert') })).toContainText(
    'compiles the training',
  )
  await page.screenshot({ path: 'test-results/pictures/install-refused.png' })

  await card.getByTestId('install-open').click()
  await dialog.getByRole('checkbox').check()
  await dialog.getByTestId('install-start').click()
  await expect(card.getByRole('alert')).toContainText('Can’t reach the package index', { timeout: 60_000 })
  await expect(card.getByTestId('install-open')).toBeEnabled()
})

test('says which engine it uses and why, measures, and lets another be chosen', async ({ page, complaints }) => {
  await page.getByRole('link', { name: 'Settings' }).click()
  const card = page.getByRole('region', { name: 'Engines' })
  // Nobody asked for it: it was never measured on this profile.
  await expect(card.getByText(/[\d,.]+ ms per training step of a small model/)).toHaveCount(2, { timeout: 120_000 })
  const reason = card.getByTestId('engine-reason')
  await expect(reason).toHaveText('Using TensorFlow, the only fast engine that works here.')

  const menu = card.getByTestId('engine-choice')
  await choose(menu, page.getByRole('option', { name: 'Built-in engine' }))
  await expect(reason).toHaveText('Using Built-in engine, as you chose.')
  await expect(card).toContainText('Built-in engine In use')
  await page.reload()
  await expect(reason).toHaveText('Using Built-in engine, as you chose.')

  await choose(menu, page.getByRole('option', { name: 'TensorFlow on the graphics card' }))
  await expect(reason).toHaveText(/which isn’t available here\. Using TensorFlow instead\./)

  await card.getByTestId('engine-measure').click()
  await expect(card.getByRole('status')).toHaveText('Measuring (up to a minute)')
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(['wcag2a', 'wcag2aa']).analyze()
  expect(violations).toEqual([])
  await expect(card.getByRole('status')).toHaveText('', { timeout: 120_000 })
  expect(complaints).toEqual([])
})
