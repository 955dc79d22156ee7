import AxeBuilder from '@axe-core/playwright'
import { expect, type Locator, type Page } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from './app'
import { choose, go, importText, patienceMs, sampleFile, small, state, train } from './journey'
import { environment, root } from './root'
import { whileJobsAreSlow } from './slow-jobs'

test.setTimeout(600_000)

const person = (page: Page): Locator => page.getByRole('group', { name: 'You' })
const model = (page: Page): Locator => page.getByRole('group', { name: 'Model', exact: true })
const last = (page: Page): Locator => page.getByRole('group', { name: 'Last passage' })
const next = (page: Page): Locator => page.getByLabel('Next words')
const write = (page: Page): Locator => page.getByRole('button', { name: 'Write', exact: true })
const reads = (page: Page): Locator => page.getByTestId('reads')

/** Both hands' words in order, as the page shows them; what stands between them is not selected with them. */
async function text(page: Page): Promise<string> {
  const passages = await page.getByRole('region', { name: 'Write' }).getByRole('group').all()
  const words = passages.map((one) =>
    one.evaluate((element) => {
      const copy = element.cloneNode(true) as HTMLElement
      for (const mark of copy.querySelectorAll('.from')) mark.remove()
      return copy.textContent
    }),
  )
  return (await Promise.all(words)).join('')
}

/** The page that begins so, out of the list. */
function openPage(page: Page, title: string): Promise<void> {
  const pages = page.getByRole('navigation', { name: 'Pages' })
  return pages.getByRole('button', { name: new RegExp(`^${title}`) }).click()
}

async function written(page: Page, count: number): Promise<void> {
  await expect(model(page)).toHaveCount(count, { timeout: patienceMs })
  await expect(last(page)).toBeVisible({ timeout: patienceMs })
}

const lookOf = (passage: Locator): Promise<{ color: string; fontWeight: string }> =>
  passage.evaluate((element) => {
    const { color, fontWeight } = getComputedStyle(element)
    return { color, fontWeight }
  })

test('a page is one text by two hands: its model reads what it shows, in the version that was chosen', async ({
  app,
  profile,
  complaints,
  freezes,
}) => {
  const { page } = app
  page.setDefaultTimeout(patienceMs)
  await importText(page, sampleFile)
  await train(page, 'Tales', { ...small, maxSteps: '60' })
  await expect(state(page, 'Finished')).toBeVisible({ timeout: patienceMs })
  const runId = page.url().split('/').at(-1) ?? ''
  await page.getByRole('link', { name: 'Try it' }).click()

  const starter = await test.step('it begins with words of the person’s own text', async () => {
    await expect(page.getByText('Imitates your texts. Makes facts up.')).toBeVisible()
    await expect(write(page)).toBeDisabled()
    const starters = page.getByRole('group', { name: 'Start with words from your text' }).getByRole('button')
    await expect(starters).toHaveCount(3)
    const words = ((await starters.first().textContent()) ?? '').trim().replace(/…$/, '')
    await starters.first().click()
    await expect(page.getByLabel('Beginning of a text')).toHaveValue(words)
    await expect(page.getByLabel('Beginning of a text')).toBeFocused()
    return words
  })

  await test.step('the model continues in another colour, and not by colour alone', async () => {
    await page.getByRole('textbox', { name: 'Length, as a number' }).fill('12')
    await write(page).click()
    await written(page, 1)
    await expect(person(page)).toHaveText(starter)
    const [own, other] = [await lookOf(person(page)), await lookOf(model(page))]
    expect(own.color).not.toBe(other.color)
    expect(Number(own.fontWeight)).toBeGreaterThan(Number(other.fontWeight))
    await expect(page.getByRole('button', { name: /^About this passage: Tales · Best \(step \d+\)$/ })).toHaveText(
      /^Tales · Best \(step \d+\)$/,
    )
    await expect(page.getByText('Imitates your texts. Makes facts up.')).toBeVisible()
  })

  const other = (await page.context().browser()?.newPage({ locale: 'en-US' })) ?? page
  await other.goto(app.address ?? '')
  await go(other, 'Write')
  await openPage(other, starter)

  await test.step('writing again keeps the former version; either can be continued, in every tab', async () => {
    const first = await text(page)
    await page.getByRole('button', { name: 'Write again' }).click()
    await expect(last(page).getByText('2 of 2')).toBeVisible({ timeout: patienceMs })
    const second = await text(page)
    expect(second).not.toBe(first)
    await expect.poll(() => text(other), { timeout: patienceMs }).toBe(second)
    await page.getByRole('button', { name: 'Previous version' }).click()
    await expect(last(page).getByText('1 of 2')).toBeVisible()
    expect(await text(page)).toBe(first)
    await expect.poll(() => text(other)).toBe(first)

    await page.getByLabel('Seed', { exact: true }).fill('7')
    await next(page).fill(' Then she')
    await page.keyboard.press('Enter')
    await written(page, 2)
    const whole = await text(page)
    expect(whole.startsWith(`${first} Then she`)).toBe(true)
    // The same model, prompt and seed write the same: what it was given is what the page shows.
    const command = [join(root, 'out/main/cli.cjs'), 'generate', runId, `${first} Then she`]
    const options = ['--seed', '7', '--max-tokens', '12', '--json']
    const env = environment(profile)
    const answer = execFileSync(process.execPath, [...command, ...options], { cwd: root, env, encoding: 'utf8' })
    const done = JSON.parse(answer.trim().split('\n').at(-1) ?? '') as { text: string }
    expect(whole).toBe(`${first} Then she${done.text}`)
    await page.reload()
    await openPage(page, starter)
    await expect.poll(() => text(page)).toBe(whole)
  })

  await test.step('what the model no longer reads is marked, also while one types', async () => {
    await expect(reads(page)).toHaveText(/^Reads the last 32 tokens of \d+$/)
    await expect(page.getByText('The model reads from here')).toBeVisible()
    const tokens = async (): Promise<number> => Number(/\d+$/.exec((await reads(page).textContent()) ?? '')?.[0])
    const before = await tokens()
    await next(page).fill(' a'.repeat(20))
    await expect.poll(tokens).toBe(before + 20)
    await expect(page.getByText('The model reads from here')).toBeVisible()
    await next(page).fill(' a'.repeat(40))
    // Of the page nothing is left in its context.
    await expect.poll(tokens).toBe(before + 40)
    await expect(page.getByText('The model reads from here')).toBeHidden()
    await next(page).fill('')
  })

  await test.step('it looks right to axe, in both themes', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.waitForTimeout(400)
      const seen = await freezes.unwatched(() => new AxeBuilder({ page }).setLegacyMode().analyze())
      expect(seen.violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html).join()}`)).toEqual([])
    }
  })

  await test.step('Stop says at once that it stops', async () => {
    await page.getByRole('textbox', { name: 'Length, as a number' }).fill('8192')
    await whileJobsAreSlow(profile, async () => {
      await write(page).click()
      await expect(page.locator('[role=group][aria-busy]')).toHaveText(/\S/, { timeout: patienceMs })
      await page.evaluate(() => {
        const seen: string[] = []
        Object.assign(window, { seen })
        new MutationObserver(() => {
          for (const button of document.querySelectorAll('button')) seen.push(button.textContent.trim())
        }).observe(document.body, { subtree: true, childList: true, characterData: true })
      })
      await page.getByRole('button', { name: 'Stop (Esc)' }).click()
      await expect(last(page).getByText(/stopped/)).toBeVisible({ timeout: patienceMs })
    })
    expect(await page.evaluate(() => (window as unknown as { seen: string[] }).seen)).toContain('Stopping…')
    await expect(write(page)).toBeEnabled()
  })

  await test.step('another model says that it continues the page', async () => {
    await train(page, 'Second', { ...small, nLayer: '1', maxSteps: '20', warmupSteps: '5' })
    await expect(state(page, 'Finished')).toBeVisible({ timeout: patienceMs })
    await go(page, 'Write')
    await openPage(page, starter)
    await choose(page.getByTestId('model'), page.getByRole('option', { name: /^Second/ }))
    await expect(page.getByText('This page continues with “Second”. Before, “Tales” wrote it.')).toBeVisible()
  })

  await test.step('a page whose model was deleted asks for another one before anything is written', async () => {
    await go(page, 'History')
    await page.getByRole('button', { name: 'More actions for Tales' }).click()
    await page.getByText('Delete', { exact: true }).last().click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
    await expect(page.getByRole('row', { name: /Tales/ })).toBeHidden()
    await go(page, 'Write')
    await openPage(page, starter)
    const question = page.getByRole('region', { name: 'Choose a model for this page' })
    await expect(question).toContainText('“Tales”, which wrote this page, was deleted.')
    await next(page).fill(' And')
    await expect(write(page)).toBeDisabled()
    await question.getByRole('button', { name: 'Continue with Second' }).click()
    await expect(question).toBeHidden()
    await page.getByRole('textbox', { name: 'Length, as a number' }).fill('12')
    await write(page).click()
    await expect(last(page).getByText(/^Second · /)).toBeVisible({ timeout: patienceMs })
    await expect(page.getByRole('button', { name: /^About this passage: Second · / })).toHaveText(/^Second · /)
  })

  expect(complaints).toEqual([])
})
