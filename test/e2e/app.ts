import { test as base, expect, type ElectronApplication, type Page } from '@playwright/test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchChromium, startServer } from './browser'
import { launchWindow } from './electron'
import { Freezes, frozenMs } from './freezes'

export interface PlaceOptions {
  /** Where the app runs: a real Electron window, or Chromium on browser mode. */
  readonly place: 'window' | 'browser'
}

export interface Opened {
  readonly page: Page
  /** Null in the browser. */
  readonly electron: ElectronApplication | null
  /** http://127.0.0.1:PORT/#token=HEX; null in the window. */
  readonly address: string | null
  /** Ends it as a person would: closes the window, or stops the server. */
  readonly close: () => Promise<void>
}

interface Fixtures {
  /** A fresh profile folder. */
  readonly profile: string
  /** Opens the app on the profile; may be called again after `close`. What is open at the end is closed. */
  readonly open: (environment?: Record<string, string>) => Promise<Opened>
  /** The app, opened. */
  readonly app: Opened
  /** Whatever the page complained about so far: errors on the console (refused by the policy too) and exceptions. */
  readonly complaints: string[]
  /** How long the page stood still; no spec passes in which it did for `frozenMs`. */
  readonly freezes: Freezes
}

/** Specs take `page` or `app` and run unchanged in both places. */
export const test = base.extend<Fixtures & PlaceOptions>({
  place: ['browser', { option: true }],
  complaints: async ({}, use) => {
    await use([])
  },
  freezes: async ({}, use) => {
    const freezes = new Freezes()
    await use(freezes)
    expect(freezes.longerThan(frozenMs), 'the page stood still').toEqual([])
  },
  profile: async ({}, use) => {
    const dir = mkdtempSync(join(tmpdir(), 'homegrown-e2e-'))
    await use(dir)
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
  },
  open: async ({ place, profile, complaints, freezes }, use) => {
    const opened: Opened[] = []
    await use(async (environment = {}) => {
      const openIt = place === 'window' ? openWindow : openBrowser
      const next = await openIt({ profile, environment, complaints, freezes })
      opened.push(next)
      return next
    })
    for (const one of opened) await one.close()
  },
  app: async ({ open }, use) => {
    await use(await open())
  },
  page: async ({ app }, use) => {
    await use(app.page)
  },
})

function listen(page: Page, complaints: string[]): void {
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= work())
}

interface Opening {
  readonly profile: string
  readonly environment: Record<string, string>
  readonly complaints: string[]
  readonly freezes: Freezes
}

async function openWindow({ profile, environment, complaints, freezes }: Opening): Promise<Opened> {
  const electron = await launchWindow(profile, environment)
  const page = await electron.firstWindow()
  listen(page, complaints)
  await freezes.watch(electron.context(), page)
  const close = once(async () => {
    await freezes.settle()
    await electron.close()
  })
  return { page, electron, address: null, close }
}

async function openBrowser({ profile, environment, complaints, freezes }: Opening): Promise<Opened> {
  const server = await startServer(profile, environment)
  const browser = await launchChromium()
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, locale: 'en-US' })
  listen(page, complaints)
  await freezes.watch(page.context(), page)
  await page.goto(server.address)
  const close = once(async () => {
    await freezes.settle()
    await browser.close()
    await server.stop()
  })
  return { page, electron: null, address: server.address, close }
}
