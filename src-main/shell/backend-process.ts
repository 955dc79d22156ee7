import { spawn, type ChildProcess } from 'node:child_process'
import type { AppEvent } from '../../src-preload/contract/events'
import type { Method } from '../../src-preload/contract/methods'
import type {
  Closing,
  ClosingMessage,
  EndMessage,
  Result,
  WireMessage,
  WireRequest,
} from '../../src-preload/contract/wire'
import { crashRow } from './crashes'
import { lastWords } from './last-words'

/** The first restart is at once for a person's eye; a backend that keeps dying is tried less and less often. */
const firstRestartMs = 100
const longestRestartMs = 10_000
/** Saving takes as long as it takes, and the backend says every second how far it is: one that is silent for so long hangs. */
const closingSilenceMs = 30_000
/** For a backend that is asked to end at what was saved last. */
const endNowMs = 5000

export interface BackendOptions {
  /** A real Node 24, never Electron itself: docs/adr/0002-processes.md. */
  readonly node: string
  /** The backend's bundle. */
  readonly entry: string
  readonly env: NodeJS.ProcessEnv
  readonly onEvent: (event: AppEvent) => void
  /** What it still waits for, every second from `close` on. */
  readonly onClosing?: (closing: Closing) => void
}

export interface BackendProcess {
  /** Never rejects: `backend.lost` when the backend ends before it has answered, `program.notStarting` when it never spoke. */
  readonly request: (method: Method, input: unknown) => Promise<Result>
  /** Asks the backend to end (it saves running trainings first) and resolves when it is gone. */
  readonly close: () => Promise<void>
  /** Waits for saving no longer: `close` resolves soon, and trainings stand at their last save. */
  readonly endNow: () => void
}

const lost: Result = { ok: false, error: { code: 'backend.lost', params: {} } }
const notStarting = (detail: string): Result => ({
  ok: false,
  error: { code: 'program.notStarting', params: { detail } },
})
const lastWordsMs = 200

/** Starts the backend and keeps one alive until `close`. Requests made while it is away wait for the next one. */
export function superviseBackend({ node, entry, env, onEvent, onClosing }: BackendOptions): BackendProcess {
  const pending = new Map<number, (result: Result) => void>()
  let held: WireRequest[] = []
  let child: ChildProcess | null = null
  let restart: NodeJS.Timeout | undefined
  let nextId = 1
  const row = crashRow()
  let crashes = 0
  let closing = false
  let endsNow = false
  let force: NodeJS.Timeout | undefined

  function start(): void {
    row.started()
    // A group of its own: Ctrl-C in the terminal must reach it as a request to end, not as a signal.
    const detached = process.platform !== 'win32'
    const started = spawn(node, [entry], {
      env,
      detached,
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      windowsHide: true,
    })
    child = started
    const words = lastWords()
    started.stderr?.setEncoding('utf8').on('data', (text: string) => {
      process.stderr.write(text)
      words.hear(text)
    })
    let hasSpoken = false
    started.on('message', (message) => {
      hasSpoken = true
      receive(message as WireMessage | ClosingMessage)
    })
    let over = false
    /** @param reason asked for a little later: what a process wrote last may arrive after its end */
    const end = (reason: () => string, reasonMs: number): void => {
      if (over) return
      over = true
      child = null
      const waiting = [...pending.values()]
      pending.clear()
      held = []
      setTimeout(
        () => {
          for (const settle of waiting) settle(hasSpoken ? lost : notStarting(reason()))
        },
        hasSpoken ? 0 : reasonMs,
      )
      if (closing) return
      onEvent({ topic: 'backend', state: 'down' })
      crashes = row.crashed()
      restart = setTimeout(start, Math.min(longestRestartMs, firstRestartMs * 4 ** (crashes - 1)))
    }
    started.once('error', (error) => {
      end(() => error.message, 0)
    })
    started.once('exit', (code, signal) => {
      end(() => words.line() || (signal ?? `exit ${code ?? 0}`), lastWordsMs)
    })
    for (const request of held.splice(0)) send(request)
    if (crashes > 0) void announce()
  }

  /** Up again when it answers, not when it was started. */
  async function announce(): Promise<void> {
    const answer = await request('settings.get', {})
    const isAway = !answer.ok && ['backend.lost', 'program.notStarting'].includes(answer.error.code)
    if (!isAway) onEvent({ topic: 'backend', state: 'up' })
  }

  function receive(message: WireMessage | ClosingMessage): void {
    if ('closing' in message) {
      if (!endsNow) forceIn(closingSilenceMs)
      onClosing?.(message.closing)
      return
    }
    if ('event' in message) {
      onEvent(message.event)
      return
    }
    const settle = pending.get(message.id)
    pending.delete(message.id)
    settle?.(message.ok ? { ok: true, output: message.output } : { ok: false, error: message.error })
  }

  function send(request: WireRequest): void {
    child?.send(request, (error) => {
      if (error === null) return
      pending.get(request.id)?.(lost)
      pending.delete(request.id)
    })
  }

  function request(method: Method, input: unknown): Promise<Result> {
    if (closing) return Promise.resolve(lost)
    const message: WireRequest = { id: nextId++, method, input }
    return new Promise((resolve) => {
      pending.set(message.id, resolve)
      if (child) send(message)
      else held.push(message)
    })
  }

  const forceIn = (waitMs: number): void => {
    clearTimeout(force)
    force = setTimeout(() => child?.kill('SIGKILL'), waitMs)
  }

  function tellToEnd(end: EndMessage['end']): void {
    const message: EndMessage = { end }
    child?.send(message, () => undefined)
  }

  async function close(): Promise<void> {
    closing = true
    clearTimeout(restart)
    const last = child
    if (last === null) return
    const gone = new Promise((resolve) => last.once('exit', resolve))
    forceIn(closingSilenceMs)
    tellToEnd('saving')
    await gone
    clearTimeout(force)
  }

  function endNow(): void {
    endsNow = true
    forceIn(endNowMs)
    tellToEnd('now')
  }

  start()
  return { request, close, endNow }
}
