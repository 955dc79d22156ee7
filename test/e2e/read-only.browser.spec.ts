import { expect } from '@playwright/test'
import { chmodSync, readdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from './app'
import { launchChromium, startServer } from './browser'
import { go } from './journey'

test('a data folder that can only be read is said on every screen', async ({ profile, open }) => {
  const first = await open()
  await expect(first.page.locator('main')).toBeVisible()
  await expect(first.page.getByText('This data folder is read-only')).toHaveCount(0)
  await first.close()
  const all = ['', ...readdirSync(profile, { recursive: true, encoding: 'utf8' })].map((name) => join(profile, name))
  for (const path of all) chmodSync(path, statSync(path).isDirectory() ? 0o555 : 0o444)
  // Nobody has no home.
  const server = await startServer(profile, { HOMEGROWN_CACHE: join(tmpdir(), 'homegrown-nobody-cache') }, true)
  const browser = await launchChromium()
  try {
    const page = await browser.newPage({ locale: 'en-US' })
    await page.goto(server.address)
    const banner = page.getByRole('note').filter({ hasText: 'This data folder is read-only.' })
    await expect(banner).toContainText('nothing can be changed')
    await go(page, 'History')
    await expect(banner).toBeVisible()
  } finally {
    await browser.close()
    await server.stop()
    for (const path of all) if (statSync(path).isDirectory()) chmodSync(path, 0o755)
  }
})
