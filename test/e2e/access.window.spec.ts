import { expect } from '@playwright/test'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from './app'

const denied = { ok: false, error: { code: 'access.denied', params: {} } }
/** What a page with our preload could try; the bridge is the only way. */
const request = `window.homegrown.request('settings.get', {})`
const pick = `window.homegrown.pickTexts()`

test('nobody but the main frame of the one window, on its own page, is heard', async ({ app }) => {
  const { electron, page } = app
  const elsewhere = createServer((_request, response) => {
    response.end('<!doctype html><title>elsewhere</title>')
  })
  await new Promise<void>((listening) => elsewhere.listen(0, '127.0.0.1', listening))
  const foreign = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`
  if (!electron) throw new Error('no window')
  expect(await page.evaluate(request)).toMatchObject({ ok: true })

  const preload = await electron.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    const contents = window?.webContents as unknown as { getLastWebPreferences: () => { preload: string } }
    return contents.getLastWebPreferences().preload
  })
  const asked = await electron.evaluate(
    async ({ BrowserWindow, dialog }, { preload, request, pick, own, foreign }) => {
      let dialogs = 0
      // The dialog belongs to the system: whether it would open is all that counts.
      Object.assign(dialog, {
        showOpenDialog: () => {
          dialogs += 1
          return Promise.resolve({ canceled: true, filePaths: [] })
        },
      })
      const ask = async (contents: { executeJavaScript: (code: string) => Promise<unknown> }): Promise<unknown[]> => [
        await contents.executeJavaScript(request),
        await contents.executeJavaScript(pick),
      ]
      const [first] = BrowserWindow.getAllWindows()
      if (!first) throw new Error('no window')
      // Our own page in a window that is not ours.
      const other = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } })
      await other.loadURL(own)
      const fromOtherWindow = await ask(other.webContents)
      other.destroy()

      // A frame inside our page, on the page's own address.
      await first.webContents.executeJavaScript(
        `new Promise((loaded) => {
           const frame = document.createElement('iframe')
           frame.onload = loaded
           frame.src = location.href
           document.body.append(frame)
         })`,
      )
      const frames = first.webContents.mainFrame.frames
      const bridges = await Promise.all(
        frames.map(async (frame) => String(await frame.executeJavaScript('typeof window.homegrown'))),
      )

      // Our window, led to a page that is not ours.
      await first.loadURL(foreign)
      const fromElsewhere = await ask(first.webContents)
      return { fromOtherWindow, frames: frames.length, bridges, fromElsewhere, dialogs }
    },
    { preload, request, pick, own: page.url(), foreign },
  )
  expect(asked.fromOtherWindow).toEqual([denied, []])
  expect(asked.fromElsewhere).toEqual([denied, []])
  expect(asked.bridges.filter((bridge) => bridge !== 'undefined')).toEqual([])
  expect(asked.dialogs).toBe(0)
  elsewhere.close()
})
