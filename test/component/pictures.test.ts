import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { page } from 'vitest/browser'
import { defaultSettings } from '../../src-preload/contract/records/settings'
import { now, openHouse } from './house'

/**
 * The main screens beside their last accepted pictures (test/component/__screenshots__). A picture that no longer fits says
 * that the looks have changed: look at it, and accept it with `npm run pictures` if that was meant.
 */
const screens = {
  start: '/start',
  texts: '/texts',
  new: '/new',
  queued: '/runs/run_00000010',
  running: '/runs/run_00000004',
  finished: '/runs/run_00000001',
  write: '/talk/run_00000001',
  history: '/history',
  compare: '/history?compare=run_00000001,run_00000002',
  settings: '/settings',
  trash: '/trash',
} as const
const looks = [
  { theme: 'light', locale: 'en', width: 1280 },
  { theme: 'dark', locale: 'zh-CN', width: 1280 },
  { theme: 'light', locale: 'zh-CN', width: 900 },
] as const

const house = openHouse()
// After the bridge: the stores look for it when they are loaded.
const { openApp } = await import('./whole-app')

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now })
})
afterEach(() => {
  vi.useRealTimers()
})

// Fonts differ from system to system: the accepted pictures are Linux's.
const isSame = navigator.userAgent.includes('Linux')
// eslint-disable-next-line no-console -- tests that are skipped say why
if (!isSame) console.log('Pictures are compared on Linux only.')

describe.skipIf(!isSame).each(looks)('$theme, $locale, $width wide', ({ theme, locale, width }) => {
  it.each(Object.entries(screens))('%s', async (name, path) => {
    await page.viewport(width, 800)
    house.settings = { ...defaultSettings, theme, locale }
    const root = await openApp(path)
    await expect(root).toMatchScreenshot(`${name}-${theme}-${locale}-${width}`)
  })
})
