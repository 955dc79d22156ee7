import { expect, type ElectronApplication, type Page } from '@playwright/test'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { methodNames, type Method } from '../../src-preload/contract/methods'
import type { Result } from '../../src-preload/contract/wire'
import type {} from '../../src-renderer/api' // declares window.homegrown
import { test, type Opened } from './app'
import { environment, root } from './root'

const shellOf = (app: Opened): ElectronApplication => {
  if (app.electron === null) throw new Error('a test of the window runs in the window')
  return app.electron
}
const countWindows = (app: Opened) => shellOf(app).evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)
const ask = (page: Page, method: string, input: unknown = {}): Promise<Result> =>
  page.evaluate(([name, value]) => window.homegrown?.request(name as Method, value), [
    method,
    input,
  ] as const) as Promise<Result>

test('exposes exactly what the golden list names', async ({ page }) => {
  const exposed = await page.evaluate(() => Object.keys(window.homegrown ?? {}).sort())
  const golden = JSON.parse(readFileSync(join(root, 'test/unit/preload/surface.json'), 'utf8')) as { bridge: string[] }
  expect(exposed).toEqual(golden.bridge)
})

test('answers as data, also what it does not know', async ({ page }) => {
  expect(await ask(page, 'settings.get')).toMatchObject({ ok: true })
  expect(await ask(page, 'database.drop')).toEqual({
    ok: false,
    error: { code: 'method.unknown', params: { method: 'database.drop' } },
  })
  expect(await ask(page, 'runs.get', { runId: '../../etc/passwd' })).toMatchObject({ ok: false })
  expect(methodNames).not.toContain('database.drop')
})

test('is sandboxed, isolated and has no Node', async ({ app }) => {
  const preferences = await shellOf(app).evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
      getLastWebPreferences: () => Record<string, unknown>
    }
    const { sandbox, contextIsolation, nodeIntegration, webviewTag, webSecurity } = contents.getLastWebPreferences()
    return { sandbox, contextIsolation, nodeIntegration, webviewTag, webSecurity }
  })
  expect(preferences).toEqual({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webviewTag: false,
    webSecurity: true,
  })
})

test('stays on its page and opens no second window', async ({ app }) => {
  const { page } = app
  await expect(page).toHaveURL('app://homegrown/#/start')
  const before = page.url()
  await page.evaluate(() => {
    location.href = 'https://example.invalid/'
  })
  expect(await page.evaluate(() => window.open('https://example.invalid/'))).toBeNull()
  expect(await page.evaluate(() => window.open('app://homegrown/'))).toBeNull()
  await page.evaluate(() => {
    const link = document.createElement('a')
    link.href = 'file:///etc/passwd'
    link.target = '_blank'
    document.body.append(link)
    link.click()
  })
  await page.waitForTimeout(300)
  expect(page.url()).toBe(before)
  expect(await countWindows(app)).toBe(1)
})

test('serves nothing but the page over app://', async ({ page }) => {
  const statuses = await page.evaluate(async () => {
    const status = async (url: string) =>
      fetch(url).then(
        (answer) => answer.status,
        () => 0,
      )
    return [
      await status('/'),
      await status('/%2e%2e/main/main.cjs'),
      await status('/absent.js'),
      await status('app://other/'),
    ]
  })
  expect(statuses.slice(0, 3)).toEqual([200, 404, 404])
  expect(statuses[3]).not.toBe(200)
})

test('denies permissions that a page asks for', async ({ app }) => {
  const { page } = app
  const asked = await page.evaluate(async () => ({
    microphone: await navigator.mediaDevices.getUserMedia({ audio: true }).then(
      () => 'granted',
      (error: unknown) => (error as Error).name,
    ),
    notifications: await Notification.requestPermission(),
    // Asked for by name: the clipboard itself wants the focus too, which no window has without a window manager.
    read: (await navigator.permissions.query({ name: 'clipboard-read' as PermissionName })).state,
    copy: (await navigator.permissions.query({ name: 'clipboard-write' as PermissionName })).state,
  }))
  expect(asked.microphone).not.toBe('granted')
  expect(asked.notifications).toBe('denied')
  expect(asked.read).not.toBe('granted')
  expect(asked.copy).toBe('granted')
})

test('a second start shows the first window and ends', async ({ app, profile }) => {
  const electron = shellOf(app)
  const program = await electron.evaluate(() => process.execPath)
  const second = spawnSync(program, ['--no-sandbox', root], { env: environment(profile), timeout: 30_000 })
  expect(second.status).toBe(0)
  expect(await countWindows(app)).toBe(1)
})

test('the menu opens each screen', async ({ app }) => {
  const { page } = app
  await expect(page.locator('main')).toBeVisible()
  const press = (label: string) =>
    shellOf(app).evaluate(({ Menu }, wanted) => {
      const items = Menu.getApplicationMenu()?.items.flatMap((item) => item.submenu?.items ?? []) ?? []
      items.find((item) => item.label === wanted)?.click()
    }, label)
  for (const [label, address] of [
    ['Texts', /#\/texts/],
    ['New model', /#\/new/],
    ['Write', /#\/talk/],
    ['History', /#\/history/],
    ['Settings', /#\/settings/],
    ['Start', /#\/start/],
  ] as const) {
    await press(label)
    await expect(page).toHaveURL(address)
  }
})

test('a killed backend comes back without a reload of the window', async ({ app }) => {
  const { page } = app
  await expect(page.locator('main')).toBeVisible()
  expect(await ask(page, 'settings.get')).toMatchObject({ ok: true })
  await page.evaluate(() => {
    const seen: string[] = []
    Object.assign(window, { seen })
    window.homegrown?.subscribe((event) => {
      if (event.topic === 'backend') seen.push(event.state)
    })
  })
  const shell = await shellOf(app).evaluate(() => process.pid)
  const backend = childrenOf(shell).find((child) => child.command.includes('backend.cjs'))
  if (backend === undefined) throw new Error('no backend process')
  process.kill(backend.pid, 'SIGKILL')
  await expect.poll(() => page.evaluate(() => (window as unknown as { seen: string[] }).seen)).toEqual(['down', 'up'])
  expect(await ask(page, 'settings.get')).toMatchObject({ ok: true })
})

test('leaves no process behind', async ({ open }) => {
  const app = await open()
  await expect(app.page.locator('main')).toBeVisible()
  const shell = await shellOf(app).evaluate(() => process.pid)
  const pids = childrenOf(shell).map((child) => child.pid)
  expect(pids.length).toBeGreaterThan(0)
  await app.close()
  await expect.poll(() => pids.filter((pid) => isAlive(pid))).toEqual([])
})

test('remembers where the window was', async ({ open }) => {
  const first = await open()
  await shellOf(first).evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setBounds({ x: 60, y: 70, width: 1000, height: 700 })
  })
  await first.close()
  const second = await open()
  const bounds = await shellOf(second).evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())
  expect(bounds).toMatchObject({ x: 60, y: 70, width: 1000, height: 700 })
})

function childrenOf(pid: number): { pid: number; command: string }[] {
  const listed = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return (listed.match(/\d+/g) ?? []).map((child) => ({
    pid: Number(child),
    command: readFileSync(`/proc/${child}/cmdline`, 'utf8'),
  }))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
