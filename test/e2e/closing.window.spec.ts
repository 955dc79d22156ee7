import { expect, type ElectronApplication, type Page } from '@playwright/test'
import { spawnSync } from 'node:child_process'
import type {} from '../../src-renderer/api' // declares window.homegrown
import { test, type Opened } from './app'
import { ask, startLongTraining, type Call } from './ask'
import { choose, go, patienceMs } from './journey'
import { noSlowDisk, slowDisk } from '../slow-disk'
import { environment, root } from './root'

const on =
  (page: Page): Call =>
  (work, argument) =>
    page.evaluate(work as never, argument)

const shellOf = (app: Opened): ElectronApplication => {
  if (app.electron === null) throw new Error('a test of the window runs in the window')
  return app.electron
}

/** What the shell asked and put into the panel: both belong to the system, where no test can look or click. */
interface Seen {
  readonly asked: { readonly message: string; readonly detail: string; readonly buttons: readonly string[] }[]
  readonly menus: Electron.Menu[]
}

/** @param answers of the dialog, one after the other: which button, and whether the choice is remembered */
const answerWith = (app: Opened, answers: readonly { response: number; checkboxChecked: boolean }[]) =>
  shellOf(app).evaluate(({ dialog, Menu }, given) => {
    const seen: Seen = { asked: [], menus: [] }
    const left = [...given]
    Object.assign(globalThis, { seen })
    Object.assign(dialog, {
      showMessageBox: (_window: unknown, options: Seen['asked'][number]) => {
        seen.asked.push(options)
        return Promise.resolve(left.shift())
      },
    })
    const { buildFromTemplate } = Menu as unknown as { buildFromTemplate: (items: unknown) => Electron.Menu }
    Object.assign(Menu, {
      buildFromTemplate: (items: unknown) => {
        const menu = buildFromTemplate(items)
        // The window's own menus are built the same way.
        if (menu.items.some(({ label }) => label === 'Open Homegrown')) seen.menus.push(menu)
        return menu
      },
    })
  }, answers)

const asked = (app: Opened) => shellOf(app).evaluate(() => (globalThis as unknown as { seen: Seen }).seen.asked)
const trayLabels = (app: Opened) =>
  shellOf(app).evaluate(() =>
    (globalThis as unknown as { seen: Seen }).seen.menus.at(-1)?.items.map(({ label }) => label),
  )
const press = (app: Opened, label: string) =>
  shellOf(app).evaluate((_electron, wanted) => {
    const items = (globalThis as unknown as { seen: Seen }).seen.menus.at(-1)?.items ?? []
    items.find((item) => item.label === wanted)?.click()
  }, label)
const countWindows = (app: Opened) => shellOf(app).evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)
const closeWindow = (app: Opened) =>
  shellOf(app).evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.close()
  })
const [keep, save, cancel] = [0, 1, 2]

/** Starts the program again while it runs. @returns the window that it shows then */
async function startAgain(app: Opened, profile: string): Promise<Page> {
  const electron = shellOf(app)
  const program = await electron.evaluate(() => process.execPath)
  const opened = electron.waitForEvent('window')
  const second = spawnSync(program, ['--no-sandbox', root], { env: environment(profile), timeout: 30_000 })
  expect(second.status).toBe(0)
  return await opened
}

test('closing asks while something trains; kept, it trains on without a window and comes back', async ({
  open,
  profile,
}) => {
  const app = await open()
  const runId = await startLongTraining(on(app.page))
  const { run } = await ask(on(app.page), 'runs.get', { runId })
  await answerWith(app, [
    { response: cancel, checkboxChecked: true },
    { response: keep, checkboxChecked: false },
  ])

  await closeWindow(app)
  await expect.poll(() => asked(app)).toHaveLength(1)
  const [question] = await asked(app)
  expect(question?.message).toBe(`“${run.name}” is still training`)
  expect(question?.buttons).toEqual(['Keep training in the background', 'Save and quit', 'Cancel'])
  // Nothing shows tray icons on this display.
  expect(question?.detail).toContain('start Homegrown again to see its window')
  await expect(app.page.locator('main')).toBeVisible()
  // Whoever cancels has chosen nothing that could be remembered.
  expect((await ask(on(app.page), 'settings.get', {})).closing).toBe('ask')

  await closeWindow(app)
  await expect.poll(() => countWindows(app)).toBe(0)
  const [before = ''] = (await trayLabels(app)) ?? []
  expect(before).toContain(run.name)
  expect(await trayLabels(app)).toEqual([before, '', 'Open Homegrown', 'Pause', '', 'Save and quit'])

  const again = await startAgain(app, profile)
  const later = (await ask(on(again), 'runs.get', { runId })).run
  expect(later.state).toBe('running')
  await expect
    .poll(async () => (await ask(on(again), 'runs.get', { runId })).run.step, { timeout: patienceMs })
    .toBeGreaterThan(later.step)
})

test('paused from the tray where no desktop shows it, the window comes back by itself, at the run', async ({
  open,
}) => {
  const app = await open()
  const runId = await startLongTraining(on(app.page))
  const { name } = (await ask(on(app.page), 'runs.get', { runId })).run
  await answerWith(app, [{ response: keep, checkboxChecked: false }])
  await closeWindow(app)
  await expect.poll(() => countWindows(app)).toBe(0)

  const back = shellOf(app).waitForEvent('window')
  await press(app, 'Pause')
  // On a desktop without tray icons nobody would see it any more: the window comes back by itself, at the run.
  const page = await back
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible({ timeout: patienceMs })
  await expect(page.locator('header').getByText('Paused', { exact: true })).toBeVisible({ timeout: patienceMs })
  expect((await trayLabels(app))?.[0]).toBe(`${name} – paused`)
})

test('“Save and quit” saves, and is remembered; Settings changes it', async ({ open }) => {
  const app = await open()
  const runId = await startLongTraining(on(app.page))
  await answerWith(app, [{ response: save, checkboxChecked: true }])
  const ended = shellOf(app).waitForEvent('close')
  await closeWindow(app)
  await ended

  const second = await open()
  const { page } = second
  const { run } = await ask(on(page), 'runs.get', { runId })
  expect(run.state).toBe('paused')
  expect(run.checkpoints.map((checkpoint) => checkpoint.kind)).toContain('last')
  expect((await ask(on(page), 'settings.get', {})).closing).toBe('save')

  await go(page, 'Settings')
  const choice = page.getByTestId('closing')
  await expect(choice).toContainText('Save and quit')
  await choose(choice, page.getByRole('option', { name: 'Keep training in the background' }))
  await expect.poll(async () => (await ask(on(page), 'settings.get', {})).closing).toBe('keep')

  await ask(on(page), 'runs.resume', { runId })
  await expect
    .poll(async () => (await ask(on(page), 'runs.get', { runId })).run.step, { timeout: patienceMs })
    .toBeGreaterThan(run.step)
  await answerWith(second, [])
  await closeWindow(second)
  await expect.poll(() => countWindows(second)).toBe(0)
  expect(await asked(second)).toEqual([])
  expect(await trayLabels(second)).toContain('Pause')

  const ends = shellOf(second).waitForEvent('close')
  await press(second, 'Save and quit')
  await ends
})

test('a saving that takes long is shown in a window of its own, and the program ends when it is done', async ({
  open,
  profile,
}) => {
  const missing = noSlowDisk()
  test.skip(missing !== null, missing ?? '')
  const app = await open(slowDisk(profile, 4000))
  const runId = await startLongTraining(on(app.page))
  const { name } = (await ask(on(app.page), 'runs.get', { runId })).run
  await answerWith(app, [{ response: save, checkboxChecked: true }])
  const ended = shellOf(app).waitForEvent('close')
  const opened = shellOf(app).waitForEvent('window')
  await closeWindow(app)

  const window = await opened
  await expect(window.getByRole('status')).toHaveText(`Saving “${name}”`)
  await expect(window.getByText(/ of .*B · \d+ sec/)).toBeVisible()
  await expect(window.getByRole('button', { name: 'Quit now (nothing is saved yet)' })).toBeVisible()
  await ended

  const { run } = await ask(on((await open()).page), 'runs.get', { runId })
  expect(run.state).toBe('paused')
  expect(run.checkpoints).toMatchObject([{ kind: 'last', step: run.step }])
})

test('whoever waits no longer for a saving quits at the last one', async ({ open, profile }) => {
  const missing = noSlowDisk()
  test.skip(missing !== null, missing ?? '')
  const first = await open()
  const runId = await startLongTraining(on(first.page))
  await first.close()

  const app = await open(slowDisk(profile, 600_000))
  const saved = (await ask(on(app.page), 'runs.get', { runId })).run.step
  await ask(on(app.page), 'runs.resume', { runId })
  await expect
    .poll(async () => (await ask(on(app.page), 'runs.get', { runId })).run.step, { timeout: patienceMs })
    .toBeGreaterThan(saved + 10)
  await answerWith(app, [{ response: save, checkboxChecked: false }])
  const ended = shellOf(app).waitForEvent('close')
  const opened = shellOf(app).waitForEvent('window')
  await closeWindow(app)
  await (await opened).getByRole('button', { name: `Quit now (keeps step ${saved.toLocaleString('en')})` }).click()
  await ended

  const { run } = await ask(on((await open()).page), 'runs.get', { runId })
  expect(run.state).toBe('paused')
  expect(run.checkpoints).toMatchObject([{ kind: 'last', step: saved }])
})

test('nothing trains: closing asks nothing and ends', async ({ open }) => {
  const app = await open()
  await answerWith(app, [])
  const ended = shellOf(app).waitForEvent('close')
  await closeWindow(app)
  await ended
})
