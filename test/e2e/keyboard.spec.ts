import { expect, type Page } from '@playwright/test'
import { test } from './app'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endless, patienceMs, sampleFile, small, state, waitForStep } from './journey'
import { expectKept, press, reach } from './keyboard'

test.setTimeout(600_000)

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true })

/** Fills the expert form and presses Start; ends on the screen of the new run. */
async function train(page: Page, name: string, settings: Readonly<Record<string, string>>): Promise<void> {
  await expect(heading(page, 'New model')).toBeFocused()
  await press(page, 'Expert')
  await reach(page, 'Name')
  await page.keyboard.type(name)
  await press(page, 'Show all settings')
  // As they come: to go round for a field that was passed takes as long as the whole form.
  const left = new Map(Object.entries(settings))
  while (left.size > 0) {
    let field = ''
    await reach(page, (stop) => {
      field = stop.field ?? ''
      return stop.tag === 'INPUT' && left.has(field)
    })
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.type(left.get(field) ?? '')
    left.delete(field)
  }
  await expect(page.getByTestId('start-training')).toBeEnabled({ timeout: patienceMs })
  await press(page, 'Start training')
  await expect(heading(page, name)).toBeFocused({ timeout: patienceMs })
}

test('the journey by keyboard alone', async ({ page, place, app, complaints }) => {
  await test.step('past the rail', async () => {
    await expect(heading(page, 'Train your own language model')).toBeVisible()
    await reach(page, 'Skip to content')
    await page.keyboard.press('Enter')
    await expect(heading(page, 'Train your own language model')).toBeFocused()
  })

  await test.step('import', async () => {
    await press(page, 'Texts')
    await expect(heading(page, 'Texts')).toBeFocused()
    // The dialog is the system's or the browser's.
    if (place === 'window') {
      await app.electron?.evaluate(({ dialog }, file) => {
        Object.assign(dialog, { showOpenDialog: () => Promise.resolve({ canceled: false, filePaths: [file] }) })
      }, sampleFile)
      await press(page, 'Choose files')
    } else {
      const chooser = page.waitForEvent('filechooser')
      await press(page, 'Choose files')
      await (await chooser).setFiles(sampleFile)
    }
    await expect(page.getByRole('link', { name: 'Train a model' })).toBeVisible({ timeout: patienceMs })
  })

  await test.step('train and stop', async () => {
    await press(page, 'Train a model')
    await train(page, 'First', { ...small, maxSteps: endless })
    // Past two tests on unseen text, which the comparison shows.
    await waitForStep(page, 2 * Number(small.evalInterval))
    await press(page, 'Save and stop')
    await expect(state(page, 'Stopped')).toBeVisible({ timeout: patienceMs })
  })

  await test.step('rename; Esc leaves the dialog, Enter saves', async () => {
    const dialog = page.getByRole('dialog')
    const open = page.getByRole('button', { name: /^Rename / })
    await press(page, 'Rename First')
    await expect(dialog.getByLabel('Model name')).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(dialog).toBeHidden()
    await expect(open).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(dialog.getByLabel('Model name')).toBeFocused()
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.type('By hand')
    await page.keyboard.press('Enter')
    await expect(heading(page, 'By hand')).toBeVisible()
    await expect(open).toBeFocused()
  })

  await test.step('talk', async () => {
    await press(page, 'Try it')
    await expect(page.getByLabel('Beginning of a text')).toBeFocused()
    await page.keyboard.type('There was a')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('group', { name: 'Last passage' })).toBeVisible({ timeout: patienceMs })
    await expect(page.getByLabel('Next words')).toBeFocused()
    await press(page, 'Write again')
    await expect(page.getByText('2 of 2')).toBeVisible({ timeout: patienceMs })
    await press(page, 'Previous version')
    await expect(page.getByText('1 of 2')).toBeVisible()
    await expectKept(page)
  })

  await test.step('a second model', async () => {
    await press(page, 'New model', { key: 'Shift+Tab' })
    await train(page, 'Second', { ...small, nLayer: '1', maxSteps: '60', warmupSteps: '5' })
    await expect(state(page, 'Finished')).toBeVisible({ timeout: patienceMs })
  })

  await test.step('compare the two', async () => {
    await press(page, 'History', { key: 'Shift+Tab' })
    await expect(heading(page, 'History')).toBeFocused()
    await press(page, 'Select Second', { by: 'Space' })
    await press(page, 'Select By hand', { by: 'Space' })
    await press(page, 'Compare', { key: 'Shift+Tab' })
    await expect(heading(page, 'Comparison')).toBeFocused()
    await expect(page.getByRole('img', { name: /Second: \d.*By hand: \d/ })).toBeVisible()
    await press(page, 'Back to History')
    await expect(heading(page, 'History')).toBeFocused()
  })

  await test.step('delete and undo', async () => {
    const row = page.getByRole('row', { name: /By hand/ })
    await press(page, 'More actions for By hand')
    await reach(page, 'Delete', { key: 'ArrowDown' })
    await page.keyboard.press('Enter')
    // It was talked to: that is said before, and Enter in haste is a no.
    await expect(page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' })).toBeFocused()
    await press(page, 'Delete')
    await expect(row).toBeHidden()
    await press(page, 'Undo')
    await expect(row).toBeVisible()
    await expectKept(page)
  })

  expect(complaints).toEqual([])
})

/** Opens a menu, goes down to an option and takes it; the keyboard is back on the menu, in whatever language. */
async function pick(page: Page, [menu, label]: readonly [id: string, label: string], option: string): Promise<void> {
  await expectKept(page)
  await reach(page, (stop) => stop.tag === 'INPUT' && stop.name.startsWith(label))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('option', { name: option, exact: true })).toBeVisible()
  await reach(page, option, { key: 'ArrowDown' })
  await page.keyboard.press('Enter')
  await expect(page.getByRole('option')).toHaveCount(0)
  await expect(page.getByTestId(menu).locator('input:focus')).toBeVisible()
}

test('the settings by keyboard alone', async ({ open, complaints }) => {
  const folder = mkdtempSync(join(tmpdir(), 'homegrown-keyboard-'))
  // No fast engine yet, so that one is offered.
  const { page } = await open({
    HOMEGROWN_TENSORFLOW_DIR: join(folder, 'none'),
    HOMEGROWN_CACHE: join(folder, 'cache'),
  })
  const html = page.locator('html')
  await reach(page, 'Settings')
  await page.keyboard.press('Enter')
  await expect(heading(page, 'Settings')).toBeFocused()

  await test.step('theme', async () => {
    await pick(page, ['theme', 'Theme'], 'Dark')
    await expect(page.locator('.v-application')).toHaveClass(/v-theme--dark/)
  })

  await test.step('engine', async () => {
    await pick(page, ['engine-choice', 'Engine'], 'Built-in engine')
    await expect(page.getByTestId('engine-reason')).toHaveText('Using Built-in engine, as you chose.')
  })

  await test.step('install: Esc and Cancel leave the dialog, and nothing was fetched', async () => {
    const dialog = page.getByTestId('install-dialog')
    const opener = page.getByTestId('install-open').first()
    await press(page, 'Install')
    await expect(dialog).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(dialog).toBeHidden()
    await expect(opener).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(dialog).toBeVisible()
    await reach(page, (stop) => stop.name.startsWith('I agree'))
    await page.keyboard.press('Space')
    await expect(dialog.getByTestId('install-start')).toBeEnabled()
    await press(page, 'Cancel')
    await expect(dialog).toBeHidden()
    await expect(opener).toBeFocused()
  })

  await test.step('language, there and back', async () => {
    await press(page, 'Settings', { key: 'Shift+Tab' })
    await pick(page, ['language', 'Language'], '简体中文')
    await expect(html).toHaveAttribute('lang', 'zh-CN')
    await press(page, '设置', { key: 'Shift+Tab' })
    await pick(page, ['language', '语言'], 'English')
    await expect(html).toHaveAttribute('lang', 'en')
  })

  rmSync(folder, { recursive: true, force: true })
  expect(complaints).toEqual([])
})
