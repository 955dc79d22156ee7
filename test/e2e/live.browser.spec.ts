import { expect } from '@playwright/test'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from './app'
import { chartWords, go, patienceMs, sampleFile, shownStep, state, waitForStep } from './journey'
import { environment, root } from './root'

test('a run that the command line trains is shown live, and ends there too', async ({ page, profile, complaints }) => {
  const size = ['nLayer=1', 'nHead=2', 'nEmbd=32', 'blockSize=32', 'batchSize=4', 'compile=graph', 'maxSteps=100000']
  const settings = [...size, 'evalInterval=100', 'logInterval=1', 'evalBatches=2'].flatMap((pair) => ['--set', pair])
  const command = [join(root, 'out/main/cli.cjs'), 'train', sampleFile, '--name', 'Elsewhere', ...settings]
  const cli = spawn(process.execPath, command, { cwd: root, env: environment(profile), stdio: 'ignore' })
  const ended = once(cli, 'exit')
  try {
    await go(page, 'History')
    await page.getByRole('link', { name: 'Elsewhere', exact: true }).click({ timeout: patienceMs })
    await waitForStep(page, 100)
    const before = { step: await shownStep(page), chart: await chartWords(page) }
    await waitForStep(page, before.step + 1)
    await expect.poll(() => chartWords(page)).not.toBe(before.chart)

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
  } finally {
    cli.kill('SIGKILL')
  }
  expect(complaints).toEqual([])
})
