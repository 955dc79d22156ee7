import { expect } from '@playwright/test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from './app'
import { launchChromium, startServer } from './browser'
import { go, patienceMs } from './journey'

test('a tab without the key, or with an old one, is one page that takes the key', async ({ app }) => {
  const { page, address } = app
  const whole = address ?? ''
  const origin = new URL(whole).origin
  const stranger = await page.context().browser()?.newPage({ locale: 'en-US' })
  if (!stranger) throw new Error('no browser')
  await stranger.goto(origin)
  const heading = stranger.getByRole('heading', { level: 1 })
  await expect(heading).toHaveText('This tab needs its key')
  await expect(stranger.getByText('Your texts and models are safe')).toBeVisible()
  await expect(stranger.getByRole('navigation')).toHaveCount(0)
  const field = stranger.getByTestId('key').getByRole('textbox')
  await expect(field).toBeFocused()
  await field.fill('my key')
  await field.press('Enter')
  await expect(stranger.getByText('There is no key in this')).toBeVisible()

  await field.fill(`${origin}/#token=${'0'.repeat(48)}`)
  await expect(heading).toHaveText('The key of this tab is no longer valid')
  // As into the address bar: only the fragment changes.
  await stranger.evaluate((hash) => {
    location.hash = hash
  }, new URL(whole).hash)
  await expect(heading).toHaveText('Train your own language model')
  await stranger.evaluate(() => {
    sessionStorage.clear()
  })
  await stranger.goto(origin)
  await stranger.reload()
  await expect(heading).toHaveText('This tab needs its key')
  await stranger.getByTestId('key').getByRole('textbox').fill(whole.slice(-48))
  await expect(heading).toHaveText('Train your own language model')
  await stranger.close()
})

test('an open tab connects again to a server that was started anew, and shows the same', async ({ profile }) => {
  const env = { HOMEGROWN_PORT: '' }
  let server = await startServer(profile, env)
  const browser = await launchChromium()
  try {
    const page = await browser.newPage({ locale: 'en-US' })
    await page.goto(server.address)
    await go(page, 'Texts')
    await page.getByRole('button', { name: 'Add sample text' }).click()
    const card = page.getByText('Sample text (English)')
    await expect(card.first()).toBeVisible({ timeout: patienceMs })

    const before = server.address
    await server.stop()
    await expect(page.getByText('This page reconnects automatically')).toBeVisible()
    await expect(card.first()).toBeVisible()
    server = await startServer(profile, env)
    expect(server.address).toBe(before)
    await expect(page.getByText('Connected again.')).toBeVisible({ timeout: patienceMs })
    await page.reload()
    await expect(card.first()).toBeVisible()
  } finally {
    await browser.close()
    await server.stop()
  }
})

test('a folder that is dropped is opened: its texts become one text, and what is left out is listed', async ({
  page,
}) => {
  const parent = mkdtempSync(join(tmpdir(), 'homegrown-drop-'))
  const folder = join(parent, 'Letters')
  mkdirSync(join(folder, 'old'), { recursive: true })
  // More than a browser lists at a time.
  for (let i = 0; i < 120; i++) writeFileSync(join(folder, 'old', `${i}.txt`), `Letter ${i}: it rained in May.\n`)
  writeFileSync(join(folder, 'new.md'), 'The newest letter of all.\n')
  // What a file is, its content decides.
  writeFileSync(join(folder, 'picture.txt'), Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'))
  writeFileSync(join(folder, '.DS_Store'), 'of the system')
  mkdirSync(join(folder, '.git'))
  for (const name of ['HEAD', 'config']) writeFileSync(join(folder, '.git', name), 'ref')
  const gone = join(folder, 'old', 'z-gone.txt')
  writeFileSync(gone, 'It is deleted before it can be sent.\n')
  try {
    await go(page, 'Texts')
    await expect(page.getByRole('button', { name: 'Choose files' })).toBeVisible()
    await page.route('**/upload?*', async (route) => {
      rmSync(gone, { force: true })
      await route.continue()
    })
    const devtools = await page.context().newCDPSession(page)
    const data = { items: [], files: [folder], dragOperationsMask: 1 }
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await devtools.send('Input.dispatchDragEvent', { type, x: 600, y: 300, data })
    }
    await expect(page.getByRole('heading', { name: 'Letters', exact: true })).toBeVisible({ timeout: patienceMs })
    await expect(page.getByText('121 read, 4 left out')).toBeVisible({ timeout: patienceMs })
    await expect(page.getByRole('alert')).toHaveCount(0)
    await page.getByRole('button', { name: 'See why' }).click()
    const files = page.getByRole('listitem')
    for (const [name, why] of [
      ['Letters/.DS_Store', 'This is a hidden or system file'],
      ['Letters/.git', 'This is a hidden or system file'],
      ['Letters/old/z-gone.txt', 'This file can’t be read'],
      ['Letters/picture.txt', 'This isn’t a text file'],
    ] as const) {
      await expect(files.filter({ hasText: name })).toContainText(why)
    }
  } finally {
    rmSync(parent, { recursive: true })
  }
})
