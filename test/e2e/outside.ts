import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Call } from './ask'
import { electronFolder } from './electron'
import { environment, root } from './root'

/** A window that Playwright does not hold: it neither goes back to a page that has crashed nor lets one come back. */
export interface OutsideWindow {
  /** Calls `work` in the page that is shown now, whichever process that is. */
  readonly call: Call
  /** Crashes the page's process. */
  readonly crash: () => Promise<void>
  readonly stop: () => Promise<void>
}

interface Answer {
  readonly id?: number
  readonly error?: { readonly message: string }
  readonly result?: {
    readonly result?: { readonly value?: unknown }
    readonly exceptionDetails?: { readonly text: string }
  }
}

/** A crashed page does not answer at all. */
const silenceMs = 10_000

/** The app in a real window on a profile of its own, driven over its DevTools port. */
export async function openOutside(profile: string): Promise<OutsideWindow> {
  const electron = spawn(join(electronFolder, 'electron'), ['--no-sandbox', '--remote-debugging-port=0', root], {
    cwd: root,
    env: environment(profile),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const gone = once(electron, 'exit')
  const port = await new Promise<string>((resolve, reject) => {
    electron.once('exit', (code) => {
      reject(new Error(`Electron ended with ${String(code)} before it gave its port`))
    })
    createInterface({ input: electron.stderr }).on('line', (line) => {
      const found = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1]
      if (found !== undefined) resolve(found)
    })
  })

  /** A connection for this one command, so that none outlives the page. */
  async function send(method: string, params: object): Promise<Answer> {
    const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
      readonly type: string
      readonly webSocketDebuggerUrl: string
    }[]
    const page = targets.find(({ type }) => type === 'page')
    if (page === undefined) throw new Error('no page')
    const socket = new WebSocket(page.webSocketDebuggerUrl)
    const giveUp = setTimeout(() => {
      socket.close()
    }, silenceMs)
    return new Promise<Answer>((resolve, reject) => {
      socket.onopen = () => {
        socket.send(JSON.stringify({ id: 1, method, params }))
      }
      socket.onmessage = ({ data }) => {
        const answer = JSON.parse(String(data)) as Answer
        if (answer.id === 1) resolve(answer)
      }
      socket.onclose = () => {
        reject(new Error(`the page went away during ${method}`))
      }
    }).finally(() => {
      clearTimeout(giveUp)
      socket.close()
    })
  }

  return {
    call: async <A, T>(work: (argument: A) => T | Promise<T>, argument: A) => {
      const expression = `(${work.toString()})(${JSON.stringify(argument)})`
      const { error, result } = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
      const failure = error?.message ?? result?.exceptionDetails?.text
      if (failure !== undefined) throw new Error(failure)
      return result?.result?.value as T
    },
    crash: async () => {
      await send('Page.crash', {}).catch(() => undefined)
    },
    stop: async () => {
      electron.kill('SIGTERM')
      const force = setTimeout(() => electron.kill('SIGKILL'), 15_000)
      await gone
      clearTimeout(force)
    },
  }
}
