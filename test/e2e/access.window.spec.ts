import { expect } from '@playwright/test'
import { join } from 'node:path'
import { test } from './app'
import { root } from './root'

const denied = { ok: false, error: { code: 'access.denied', params: {} } }
/** What a page with our preload could try; the bridge is the only way. */
const request = `window.homegrown.request('settings.get', {})`
const pick = `window.homegrown.pickTexts()`

test('nobody but the main frame of the one window, on its own page, is heard', async ({ app }) => {
  const { electron, page } = app
  // The window's session loads nothing from elsewhere (shell/permissions.ts): an empty page is as foreign as one can get.
  const foreign = 'about:blank'
  if (!electron) throw new Error('no window')
  expect(await page.evaluate(request)).toMatchObject({ ok: true })

  const preload = join(root, 'out/preload/preload.cjs')
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
})
