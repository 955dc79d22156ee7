import { expect, type ElectronApplication } from '@playwright/test'
import { readFileSync } from 'node:fs'
import type {} from '../../src-renderer/api' // declares window.homegrown
import { test, type Opened } from './app'
import { ask, startTraining, type Call } from './ask'
import { go, patienceMs } from './journey'

const shellOf = (app: Opened): ElectronApplication => {
  if (app.electron === null) throw new Error('a test of the window runs in the window')
  return app.electron
}
const on =
  (app: Opened): Call =>
  (work, argument) =>
    app.page.evaluate(work as never, argument)

interface Seen {
  readonly notifications: Electron.Notification[]
}

/** Another window is in front, and the desktop shows notifications: this display has neither. */
const lookAway = (app: Opened) =>
  shellOf(app).evaluate(({ BrowserWindow, Notification }) => {
    const seen: Seen = { notifications: [] }
    Object.assign(globalThis, { seen })
    Object.assign(BrowserWindow.getAllWindows()[0] as object, { isFocused: () => false })
    Object.assign(Notification, { isSupported: () => true })
    const heard = Notification.prototype as unknown as { on: (...listened: unknown[]) => unknown }
    const listen = heard.on
    heard.on = function (this: Electron.Notification, ...listened) {
      if (!seen.notifications.includes(this)) seen.notifications.push(this)
      return listen.apply(this, listened)
    }
  })
const told = (app: Opened) =>
  shellOf(app).evaluate(() =>
    (globalThis as unknown as { seen: Seen }).seen.notifications.map(({ title, body }) => [title, body]),
  )
const notice = (app: Opened, text: string) => app.page.getByText(text, { exact: true })

test('the end of a training is told by the system while another window is in front; a click shows the run', async ({
  app,
}) => {
  await lookAway(app)
  const { name } = await startTraining(on(app), { maxSteps: 30 })
  await expect
    .poll(() => told(app), { timeout: patienceMs })
    .toEqual([['Training finished', `“${name}” is ready to use.`]])
  await expect(notice(app, `“${name}” has finished training.`)).toHaveCount(0)
  await shellOf(app).evaluate(() => {
    ;(globalThis as unknown as { seen: Seen }).seen.notifications[0]?.emit('click')
  })
  await expect(app.page.getByRole('heading', { level: 1, name })).toBeVisible()
})

test('in front of the person, or with notifications off, the page tells it', async ({ app }) => {
  const { name } = await startTraining(on(app), { maxSteps: 30 })
  await expect(notice(app, `“${name}” has finished training.`)).toBeVisible({ timeout: patienceMs })
  await app.page.getByRole('button', { name: 'Show', exact: true }).click()
  await expect(app.page.getByRole('heading', { level: 1, name })).toBeVisible()

  await lookAway(app)
  await go(app.page, 'Settings')
  await app.page.getByLabel('Notify me when training ends or fails').click()
  await expect.poll(async () => (await ask(on(app), 'settings.get', {})).notify).toBe(false)
  const second = await startTraining(on(app), { maxSteps: 30 })
  const ended = async () => (await ask(on(app), 'runs.get', { runId: second.runId })).run.state
  await expect.poll(ended, { timeout: patienceMs }).toBe('done')
  await shellOf(app).evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.emit('focus'))
  await expect(notice(app, `“${second.name}” has finished training.`)).toBeVisible({ timeout: patienceMs })
  expect(await told(app)).toEqual([])
})

test('a run that a person pauses is not told; one whose backend was killed is', async ({ app }) => {
  await lookAway(app)
  const paused = await startTraining(on(app), { maxSteps: 100_000 })
  const stateOf = async (runId: string) => (await ask(on(app), 'runs.get', { runId })).run.state
  await ask(on(app), 'runs.pause', { runId: paused.runId })
  await expect.poll(() => stateOf(paused.runId), { timeout: patienceMs }).toBe('paused')

  await ask(on(app), 'runs.resume', { runId: paused.runId })
  await expect.poll(() => stateOf(paused.runId), { timeout: patienceMs }).toBe('running')
  const shell = await shellOf(app).evaluate(() => process.pid)
  process.kill(backendOf(shell), 'SIGKILL')
  await expect
    .poll(() => told(app), { timeout: patienceMs })
    .toEqual([['Training ended early', `“${paused.name}” was interrupted. You can resume it.`]])
})

function backendOf(shell: number): number {
  const children = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').match(/\d+/g) ?? []
  const found = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('backend.cjs'))
  if (found === undefined) throw new Error('no backend process')
  return Number(found)
}
