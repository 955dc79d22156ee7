import { expect, type Page } from '@playwright/test'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from './app'
import { chartWords, go, patienceMs, sampleFile, shownStep, state, waitForStep } from './journey'
import { environment, root } from './root'
import { whileJobsAreSlow } from './slow-jobs'

test.setTimeout(600_000)

test('a run that the command line trains is live in every tab, and so is an answer of its model', async ({
  app,
  profile,
  complaints,
}) => {
  const { page } = app
  // Large enough that its longest answer takes a while.
  const size = ['nLayer=8', 'nHead=4', 'nEmbd=256', 'blockSize=64', 'batchSize=1', 'compile=graph', 'maxSteps=100000']
  const settings = [...size, 'evalInterval=10', 'logInterval=1', 'evalBatches=2'].flatMap((pair) => ['--set', pair])
  const command = [join(root, 'out/main/cli.cjs'), 'train', sampleFile, '--name', 'Elsewhere', ...settings]
  const cli = spawn(process.execPath, command, { cwd: root, env: environment(profile), stdio: 'ignore' })
  const ended = once(cli, 'exit')
  try {
    await go(page, 'History')
    await page.getByRole('link', { name: 'Elsewhere', exact: true }).click({ timeout: patienceMs })
    await waitForStep(page, 10)
    const first = { step: await shownStep(page), chart: await chartWords(page) }
    await waitForStep(page, first.step + 1)
    await expect.poll(() => chartWords(page)).not.toBe(first.chart)

    cli.kill('SIGINT')
    await ended
    await expect(state(page, 'Paused')).toBeVisible({ timeout: patienceMs })
    const db = new DatabaseSync(join(profile, 'homegrown.db'), { readOnly: true })
    const run = db.prepare('SELECT step, best_val_loss_nats AS best FROM runs').get() as { step: number; best: number }
    db.close()
    expect(await shownStep(page)).toBe(run.step)
    await go(page, 'History')
    const row = page.getByRole('row', { name: /Elsewhere/ })
    await expect(row).toContainText('Paused')
    await expect(row).toContainText(run.best.toFixed(3))

    await row.getByRole('link', { name: 'Elsewhere', exact: true }).click()
    await page.getByRole('link', { name: 'Try it' }).click()
    const other = (await page.context().browser()?.newPage()) ?? page
    await other.goto(app.address ?? '')
    await go(other, 'Write')
    await page.getByRole('textbox', { name: 'Length, as a number' }).fill('8192')
    await page.getByLabel('Beginning of a text').fill('There was a')
    await page.keyboard.press('Enter')
    const written = async (tab: Page): Promise<number> =>
      ((await tab.locator('[role=group][aria-busy]').textContent()) ?? '').length
    await expect.poll(() => written(page), { timeout: patienceMs }).toBeGreaterThan(20)
    await whileJobsAreSlow(profile, async () => {
      const before = await written(page)
      await page.reload()
      await expect.poll(() => written(page), { timeout: patienceMs }).toBeGreaterThan(before)
      await other.getByRole('button', { name: /^There was a/ }).click()
      await expect.poll(() => written(other), { timeout: patienceMs }).toBeGreaterThan(before)
      await other.getByRole('button', { name: 'Stop (Esc)' }).click()
      await expect(other.locator('[role=group][aria-busy]')).toHaveCount(0, { timeout: patienceMs })
    })
    for (const tab of [page, other]) {
      await expect(tab.locator('[role=group][aria-busy]')).toHaveCount(0)
      await expect(tab.getByRole('group', { name: 'You' })).toHaveText('There was a')
      await tab.getByLabel('Next words').fill(' And then')
      await expect(tab.getByRole('button', { name: 'Write', exact: true })).toBeEnabled()
    }
    await page.keyboard.press('Enter')
    // An answer that was slow to stop took its process along: the model is opened again.
    await expect.poll(() => written(page), { timeout: patienceMs }).toBeGreaterThan(0)
  } finally {
    cli.kill('SIGKILL')
  }
  expect(complaints).toEqual([])
})
