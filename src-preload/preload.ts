import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { AppEvent } from './contract/events'
import { methodNames, type Method } from './contract/methods'
import type { Bridge, Result } from './contract/wire'

/** Only what the contract names leaves the window. */
const allowed: ReadonlySet<string> = new Set(methodNames)
const languagesSwitch = '--homegrown-languages='

function languages(): readonly string[] {
  const given = process.argv.find((argument) => argument.startsWith(languagesSwitch))
  return given === undefined ? navigator.languages : given.slice(languagesSwitch.length).split(',')
}

/** What the shell sends unasked, by channel. */
interface Channels {
  'homegrown:event': AppEvent
  'homegrown:command': string
}

/** The listener never sees Electron's event: it holds the sender, a way around the allow-list. */
function listen<C extends keyof Channels>(channel: C, listener: (value: Channels[C]) => void): () => void {
  const receive = (_event: unknown, value: Channels[C]): void => {
    listener(value)
  }
  ipcRenderer.on(channel, receive)
  return () => {
    ipcRenderer.off(channel, receive)
  }
}

const bridge: Bridge = {
  async request(method: Method, input: unknown): Promise<Result> {
    if (!allowed.has(method)) return { ok: false, error: { code: 'method.unknown', params: { method } } }
    try {
      return (await ipcRenderer.invoke('homegrown:request', method, input)) as Result
    } catch (error) {
      // Input that cannot be cloned, or a shell that is ending.
      return { ok: false, error: { code: 'internal', params: { detail: String(error) } } }
    }
  },
  subscribe: (listener) => listen('homegrown:event', listener),
  // Electron before 32 has no webUtils and puts the path on the File itself.
  pathOf: (file) =>
    (webUtils as typeof webUtils | undefined)?.getPathForFile(file) ?? (file as File & { path?: string }).path ?? '',
  pickTexts: () => ipcRenderer.invoke('homegrown:pickTexts') as Promise<string[]>,
  onCommand: (listener) => listen('homegrown:command', listener),
  languages: languages(),
  platform: process.platform,
}

contextBridge.exposeInMainWorld('homegrown', bridge)
