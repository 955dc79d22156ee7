import { ipcMain, type BrowserWindow, type IpcMainInvokeEvent } from 'electron'
import type { AppEvent } from '../../src-preload/contract/events'
import type { Method } from '../../src-preload/contract/methods'
import type { Result, ShellCommand } from '../../src-preload/contract/wire'

export interface IpcOptions {
  readonly window: () => BrowserWindow | null
  /** Whether an address belongs to the page. */
  readonly isOwn: (url: string) => boolean
  readonly request: (method: Method, input: unknown) => Promise<Result>
  readonly pickTexts: (window: BrowserWindow) => Promise<string[]>
}

const denied: Result = { ok: false, error: { code: 'access.denied', params: {} } }

/**
 * The only file that hears the page. Every call passes `ours`: the main frame of the one window, on its own address.
 * What a method takes is validated where it is served, in the backend.
 */
export function listenToPage({ window, isOwn, request, pickTexts }: IpcOptions): void {
  const ours = (event: IpcMainInvokeEvent): BrowserWindow | null => {
    const current = window()
    const frame = event.senderFrame
    if (current === null || frame === null || event.sender !== current.webContents) return null
    return frame.parent === null && isOwn(frame.url) ? current : null
  }
  ipcMain.handle('homegrown:request', (event, method: Method, input: unknown): Result | Promise<Result> =>
    ours(event) === null ? denied : request(method, input),
  )
  ipcMain.handle('homegrown:pickTexts', (event): string[] | Promise<string[]> => {
    const current = ours(event)
    return current === null ? [] : pickTexts(current)
  })
}

export function sendEvent(window: BrowserWindow | null, event: AppEvent): void {
  send(window, 'homegrown:event', event)
}

export function sendCommand(window: BrowserWindow | null, command: ShellCommand): void {
  send(window, 'homegrown:command', command)
}

function send(window: BrowserWindow | null, channel: string, value: unknown): void {
  if (window !== null && !window.isDestroyed()) window.webContents.send(channel, value)
}
