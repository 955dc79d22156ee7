import { expect, type Page } from '@playwright/test'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from './app'
import {
  choose,
  endless,
  go,
  importText,
  patienceMs,
  sampleFile,
  small,
  state,
  talk,
  train,
  waitForStep,
} from './journey'
import { root } from './root'

test.setTimeout(600_000)

const folder = join(root, 'test-results/pictures')
/** 640 × 430: a window of 1280 × 860 at 200 %. */
const sizes = [
  { width: 640, height: 430 },
  { width: 900, height: 700 },
] as const

/** What reaches beyond the window, and controls whose words are cut. */
function cut(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    const { scrollWidth } = document.documentElement
    if (scrollWidth > innerWidth) found.push(`page ${scrollWidth} > ${innerWidth}`)
    const inScroller = (element: Element): boolean => element.closest('.scroll, .v-table__wrapper, .v-overlay') !== null
    for (const element of document.querySelectorAll<HTMLElement>(
      'button, a, .v-btn__content, .v-select__selection-text, .v-field__suffix, h1, h2, h3, dd',
    )) {
      const { left, right, width } = element.getBoundingClientRect()
      if (width <= 1 || inScroller(element) || element.closest('.skip') !== null) continue
      const words = `${element.tagName} ${element.className} “${element.textContent.trim().slice(0, 40)}”`
      if (left < -1 || right > innerWidth + 1) found.push(`outside: ${words}`)
      if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) found.push(`cut: ${words}`)
    }
    return found
  })
}

test('every screen at 200 % and at 900 pixels, in both languages', async ({ page, complaints }) => {
  mkdirSync(folder, { recursive: true })
  await importText(page, sampleFile)
  await train(page, 'Tales', { ...small, maxSteps: '60' })
  await expect(state(page, 'Finished')).toBeVisible({ timeout: patienceMs })
  const done = page.url()
  await talk(page)
  const talkUrl = page.url()
  await train(page, 'A longer name, still learning', { ...small, maxSteps: endless })
  await waitForStep(page, 10)
  const running = page.url()
  await go(page, 'Settings')

  const at = (hash: string): string => `${done.split('#')[0] ?? ''}#${hash}`
  const ids = [done, running].map((url) => url.split('/').at(-1)).join()
  const screens = { start: at('/start'), texts: at('/texts'), new: at('/new'), run: done, running, talk: talkUrl }
  const more = {
    history: at('/history'),
    compare: at(`/history?compare=${ids}`),
    settings: at('/settings'),
    trash: at('/trash'),
  }
  const found: string[] = []
  for (const [l, language] of (['en', 'zh-CN'] as const).entries()) {
    await page.setViewportSize({ width: 1280, height: 860 })
    await page.goto(at('/settings'))
    await choose(page.getByTestId('language'), page.getByRole('option').nth(l + 1))
    for (const size of sizes) {
      await page.setViewportSize(size)
      for (const [name, url] of Object.entries({ ...screens, ...more })) {
        await page.goto(url)
        await expect(page.locator('#page-title')).toBeVisible()
        await page.waitForTimeout(500)
        const press = async (button: string): Promise<void> => {
          await page.locator(button).click()
          await page.waitForTimeout(300)
        }
        if (name === 'texts') await press('article .actions > .v-btn[aria-expanded]:not([aria-haspopup])')
        for (const form of name === 'new' ? ['simple', 'expert'] : ['']) {
          if (form !== '') await press(`.v-btn-toggle .v-btn[value=${form}]`)
          if (form === 'expert') await press('[data-testid=all-settings]')
          const shown = `${name}${form}-${language}-${size.width}`
          await page.screenshot({ path: join(folder, `narrow-${shown}.png`), fullPage: true })
          found.push(...(await cut(page)).map((text) => `${shown} ${text}`))
        }
      }
    }
  }
  expect([...new Set(found)]).toEqual([])
  expect(complaints).toEqual([])
})
