import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from './app'
import { choose, go, importText, patienceMs, sampleFile, state, talk, train, waitForStep } from './journey'
import { root } from './root'

test.setTimeout(600_000)

const folder = join(root, 'test-results/pictures')
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const languages = ['en', 'zh-CN'] as const
const themes = ['light', 'dark'] as const

const settings = {
  ...{ nLayer: '2', nHead: '2', nEmbd: '32', blockSize: '32', batchSize: '8', vocabSize: '300', warmupSteps: '10' },
  ...{ maxSteps: '200', patience: '0', evalInterval: '20', evalBatches: '4', sampleInterval: '50', logInterval: '2' },
}

/** A model that no computer has the memory for, with what is offered instead, in the simple form. */
async function askForTooMuch(page: Page): Promise<void> {
  await page.getByTestId('expert').click()
  await page.getByTestId('all-settings').click()
  for (const [field, value] of Object.entries({ nLayer: '48', nHead: '16', nEmbd: '2048' })) {
    await page.locator(`[data-field="${field}"] input`).fill(value)
  }
  const offer = page.locator('.problem-fix')
  await expect(offer).toBeVisible()
  await page.getByTestId('simple').click()
  await expect(offer).toBeVisible()
  await expect(page.getByTestId('start-training')).toBeDisabled()
}

/** The form remembers what was typed, and the form itself is looked at with every field. */
async function leaveForm(page: Page): Promise<void> {
  await page.getByTestId('expert').click()
  await page.getByTestId('all-settings').click()
  await expect(page.locator('[data-field="nLayer"]')).toBeVisible()
  await page.reload()
}

/**
 * A run that was cut off, 40 steps after its last save, and would not fit any more: its steps became so large that no computer
 * has the memory for one at once.
 */
async function pauseTooLarge(page: Page, profile: string): Promise<void> {
  await train(page, 'Tales, too large', { ...settings, maxSteps: '100000' })
  await waitForStep(page, 2 * Number(settings.evalInterval))
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(state(page, 'Paused')).toBeVisible({ timeout: patienceMs })
  const db = new DatabaseSync(join(profile, 'homegrown.db'))
  const grow = db.prepare(
    `UPDATE runs SET config_json = json_set(config_json, '$.batchSize', ?), state = 'interrupted', step = step + 40
     WHERE run_id = ?`,
  )
  grow.run(2 ** 20, page.url().split('/').at(-1) ?? '')
  db.close()
  await go(page, 'Start')
  await expect(page.getByRole('button', { name: /^Resume from step .* \(repeats 40 steps, / })).toBeVisible()
  await page.goBack()
}

async function askToResume(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^(Resume( from step .*)?|(从第 .* 步)?继续)$/ }).click()
  await expect(page.getByRole('button', { name: /^(Resume with less memory|用较少内存继续)$/ })).toBeVisible()
}

async function violations(page: Page): Promise<string[]> {
  // Legacy mode: there are no frames to look into, and the other one wants to open a page of its own.
  const { violations: found } = await new AxeBuilder({ page }).setLegacyMode().withTags(rules).analyze()
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary ?? ''}`),
  )
}

test('every screen, in both themes and languages, looked at by axe', async ({ page, profile, complaints, freezes }) => {
  mkdirSync(folder, { recursive: true })
  await importText(page, sampleFile)
  await train(page, 'Tales', settings)
  await expect(state(page, 'Finished')).toBeVisible({ timeout: patienceMs })
  const runUrl = page.url()
  await talk(page)
  const talkUrl = page.url()
  await train(page, 'Tales, one layer', { ...settings, nLayer: '1', maxSteps: '100' })
  await expect(state(page, 'Finished')).toBeVisible({ timeout: patienceMs })
  const ids = [runUrl, page.url()].map((url) => url.split('/').at(-1))
  const at = (hash: string): string => `${runUrl.split('#')[0] ?? ''}#${hash}`
  await pauseTooLarge(page, profile)
  const tooLargeUrl = page.url()
  await go(page, 'Settings')

  const screens = {
    start: at('/start'),
    texts: at('/texts'),
    new: at('/new'),
    refused: at('/new'),
    run: runUrl,
    resume: tooLargeUrl,
    talk: talkUrl,
    history: at('/history'),
    compare: at(`/history?compare=${ids.join()}`),
    settings: at('/settings'),
    trash: at('/trash'),
  }
  const found: string[] = []
  for (const [l, language] of languages.entries()) {
    for (const [t, theme] of themes.entries()) {
      await page.goto(screens.settings)
      // The menus of this screen have the same order in every language.
      await choose(page.getByTestId('language'), page.getByRole('option').nth(l + 1))
      await choose(page.getByTestId('theme'), page.getByRole('option').nth(t + 1))
      for (const [name, url] of Object.entries(screens)) {
        await page.goto(url)
        await expect(page.locator('#page-title')).toBeVisible()
        await page.waitForLoadState('networkidle')
        if (name === 'refused') await askForTooMuch(page)
        if (name === 'resume') await askToResume(page)
        // Charts and transitions have settled; nothing depends on this but the picture.
        await page.waitForTimeout(400)
        await page.screenshot({ path: join(folder, `${name}-${language}-${theme}.png`), fullPage: true })
        const seen = await freezes.unwatched(() => violations(page))
        found.push(...seen.map((text) => `${name} ${language} ${theme} ${text}`))
        if (name === 'refused') await leaveForm(page)
      }
    }
  }
  expect(found).toEqual([])
  expect(complaints).toEqual([])
})
