import { expect } from '@playwright/test'
import { test } from './app'
import {
  chartWords,
  endless,
  go,
  importText,
  patienceMs,
  sampleFile,
  shownStep,
  small,
  state,
  train,
  waitForStep,
} from './journey'
import { whileJobsAreSlow } from './slow-jobs'

test.setTimeout(600_000)

test('from a text to a model: import, train, stop, resume, talk, compare, delete', async ({
  page,
  profile,
  complaints,
}) => {
  await test.step('import', () => importText(page, sampleFile))

  await test.step('train, and the chart moves', async () => {
    await train(page, 'First', { ...small, maxSteps: endless })
    await waitForStep(page, 10)
    await expect.poll(() => chartWords(page), { timeout: patienceMs }).toMatch(/Training loss \(smoothed\): \d/)
    const before = await chartWords(page)
    await expect.poll(() => chartWords(page), { timeout: patienceMs }).not.toBe(before)
    await expect.poll(() => chartWords(page), { timeout: patienceMs }).toMatch(/Validation loss: \d/)
    await expect(page.getByText(/narrowed to about \d/)).toBeVisible()
    await expect(page.getByText(/Sample \d+ of \d+/)).toBeVisible({ timeout: patienceMs })
  })

  const stoppedAt = await test.step('stop and keep', async () => {
    await page.getByRole('button', { name: 'Save and stop' }).click()
    await expect(state(page, 'Stopped')).toBeVisible({ timeout: patienceMs })
    return shownStep(page)
  })

  await test.step('the stopped run is still there after a reload', async () => {
    await page.reload()
    await expect(state(page, 'Stopped')).toBeVisible()
    expect(await shownStep(page)).toBe(stoppedAt)
    await expect.poll(() => chartWords(page)).toMatch(/Training loss \(smoothed\): \d/)
  })

  await test.step('resume goes on from there', async () => {
    await page.getByRole('button', { name: /^Resume/ }).click()
    await expect(state(page, 'Training')).toBeVisible({ timeout: patienceMs })
    await waitForStep(page, stoppedAt + 20)
  })

  await test.step('pause frees the machine, resume goes on again', async () => {
    await page.getByRole('button', { name: 'Pause' }).click()
    await expect(state(page, 'Paused')).toBeVisible({ timeout: patienceMs })
    const pausedAt = await shownStep(page)
    await page.getByRole('button', { name: /^Resume/ }).click()
    await waitForStep(page, pausedAt + 4)
    await page.getByRole('button', { name: 'Save and stop' }).click()
    await expect(state(page, 'Stopped')).toBeVisible({ timeout: patienceMs })
  })

  await test.step('rename and note', async () => {
    await page.getByRole('button', { name: 'Rename First' }).click()
    await page.getByLabel('Model name').fill('Grown up')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Grown up' })).toBeVisible()
    await page.getByLabel('Notes about this model').fill('Two layers, to see it work')
    await expect(page.getByText('Saved', { exact: true })).toBeVisible()
  })

  await test.step('talk to it', async () => {
    await page.getByRole('link', { name: 'Try it' }).click()
    await expect(page.getByText('It continues your text')).toBeVisible()
    await page.getByLabel('Beginning of a text').fill('There was a')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('group', { name: 'You' })).toHaveText('There was a')
    const reply = page.getByRole('group', { name: 'Model', exact: true })
    const about = page.getByRole('group', { name: 'Last passage' })
    await expect(about.getByText(/\d+ tokens/)).toBeVisible({ timeout: patienceMs })
    const first = await reply.textContent()
    await page.getByRole('button', { name: 'Write again' }).click()
    await expect(about.getByText('2 of 2')).toBeVisible({ timeout: patienceMs })
    await expect(reply).toHaveCount(1)
    expect(await reply.textContent()).not.toBe(first)
  })

  await test.step('Esc stops a long answer, and what is there is kept', async () => {
    await page.getByLabel('Length, as a number').fill('8192')
    await page.getByLabel('Length, as a number').blur()
    await page.getByLabel('Next words').fill(' The king')
    await whileJobsAreSlow(profile, async () => {
      await page.keyboard.press('Enter')
      await expect(page.getByRole('button', { name: 'Stop (Esc)' })).toBeVisible()
      await expect(page.locator('[role=group][aria-busy]')).toHaveText(/\S/, { timeout: patienceMs })
      await page.keyboard.press('Escape')
      const last = page.getByRole('group', { name: 'Last passage' })
      await expect(last.getByText(/stopped/)).toBeVisible({ timeout: patienceMs })
    })
    await expect(page.getByRole('group', { name: 'Model', exact: true }).last()).toHaveText(/\S/)
  })

  await test.step('conversations are kept, deleted and taken back', async () => {
    const open = page.getByRole('navigation', { name: 'Pages' }).getByText('There was a')
    await expect(open).toBeVisible()
    await page.getByRole('button', { name: /^Delete There was a/ }).click()
    await expect(open).toBeHidden()
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(open).toBeVisible()
  })

  await test.step('a second model trains to its end', async () => {
    await train(page, 'Second', { ...small, nLayer: '1', maxSteps: '60', warmupSteps: '5' })
    await expect(state(page, 'Finished')).toBeVisible({ timeout: patienceMs })
    expect(await shownStep(page)).toBe(60)
  })

  await test.step('compare the two', async () => {
    await go(page, 'History')
    await page.getByRole('checkbox', { name: 'Select Grown up' }).check()
    await page.getByRole('checkbox', { name: 'Select Second' }).check()
    await page.getByRole('button', { name: 'Compare' }).click()
    const differences = page.getByRole('table', { name: 'What’s different' })
    await expect(differences.getByRole('row', { name: /Layers/ })).toContainText('2 layers')
    await expect(differences.getByRole('row', { name: /Layers/ })).toContainText(/1 layer(?!s)/)
    await expect(page.getByRole('img', { name: /Grown up: \d.*Second: \d/ })).toBeVisible()
    const results = page.getByRole('table', { name: 'Results' })
    await expect(results.getByRole('row', { name: /Best validation loss/ })).toContainText(/\d\.\d{4}/)
  })

  await test.step('delete, undo, delete', async () => {
    await page.getByRole('link', { name: 'Back to History' }).click()
    const row = page.getByRole('row', { name: /Grown up/ })
    const remove = async (): Promise<void> => {
      await page.getByRole('button', { name: 'More actions for Grown up' }).click()
      await page
        .getByRole('listitem')
        .filter({ hasText: 'Delete' })
        .or(page.getByText('Delete', { exact: true }))
        .last()
        .click()
      // It was talked to: that is said before.
      await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
      await expect(row).toBeHidden()
    }
    await remove()
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(row).toBeVisible()
    await remove()
    await page.reload()
    await expect(page.getByRole('row', { name: /Second/ })).toBeVisible()
    await expect(row).toBeHidden()
  })

  expect(complaints).toEqual([])
})
