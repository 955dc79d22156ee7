import { AppError, type ErrorData } from '../src-preload/contract/errors'
import type { AppEvent } from '../src-preload/contract/events'
import type { Input, Method, Output } from '../src-preload/contract/methods'
import type { Bridge, Result, WireMessage, WireRequest } from '../src-preload/contract/wire'

declare global {
  interface Window {
    readonly homegrown?: Bridge
  }
}

/**
 * The one way out of the page: the preload's bridge in the desktop window, a WebSocket in a browser tab. Everything
 * else in the renderer goes through a store or a composable that uses these functions.
 */
const bridge = window.homegrown
/** True in the desktop window, false in a browser tab. */
export const isWindow = bridge !== undefined
/** What the person prefers, best first. */
export const languages: readonly string[] = bridge?.languages ?? navigator.languages

type Listener = (event: AppEvent) => void
const listeners = new Set<Listener>()
const emit = (event: AppEvent): void => {
  for (const listener of [...listeners]) listener(event)
}

/** @returns the function that ends the subscription. */
export function subscribe(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/**
 * Calls the backend.
 * @throws AppError with a code that the text modules have a sentence for
 */
export async function request<M extends Method>(method: M, input: Input<M>): Promise<Output<M>> {
  // A Vue proxy cannot be cloned by Electron; inputs are plain JSON by contract.
  const plain: unknown = JSON.parse(JSON.stringify(input))
  const result = await (bridge ? bridge.request(method, plain) : socketRequest(method, plain))
  if (!result.ok) throw AppError.fromData(result.error)
  return result.output as Output<M>
}

/** Absolute path of a dropped or picked file; empty in a browser, which has none. */
export const pathOf = (file: File): string => bridge?.pathOf(file) ?? ''
export const pickTexts = (): Promise<string[]> => bridge?.pickTexts() ?? Promise.resolve([])
/** Commands of the desktop menu; never called in a browser. */
export const onCommand = (listener: (command: string) => void): (() => void) =>
  bridge?.onCommand(listener) ?? (() => undefined)

// ---- browser mode ----
const tokenKey = 'homegrown.token'
const failure = (code: ErrorData['code']): Result => ({ ok: false, error: { code, params: {} } })

/** The address carries the token once; afterwards it lives in this tab only and not in the address bar. */
function readToken(): string {
  const given = /^#token=([0-9a-f]+)/.exec(location.hash)?.[1]
  if (given !== undefined) {
    sessionStorage.setItem(tokenKey, given)
    history.replaceState(null, '', `${location.pathname}${location.search}#/`)
  }
  return given ?? sessionStorage.getItem(tokenKey) ?? ''
}
const token = isWindow ? '' : readToken()

const firstRetryMs = 250
const longestRetryMs = 5000
/** A request made while the backend is away waits this long for it to come back. */
const patienceMs = 8000

let socket: WebSocket | undefined
let wasUp = false
let retryMs = firstRetryMs
let nextId = 1
const pending = new Map<number, (result: Result) => void>()
const waiting = new Set<() => void>()

function connect(): void {
  const next = new WebSocket(`ws://${location.host}/socket`, ['homegrown', `token.${token}`])
  next.onopen = () => {
    socket = next
    retryMs = firstRetryMs
    for (const go of [...waiting]) go()
    // The first connection is no news: stores are fetching anyway.
    if (wasUp) emit({ topic: 'backend', state: 'up' })
    wasUp = true
  }
  next.onmessage = (message) => {
    receive(JSON.parse(String(message.data)) as WireMessage)
  }
  next.onclose = () => {
    if (socket === next || !wasUp) emit({ topic: 'backend', state: 'down' })
    socket = undefined
    for (const settle of [...pending.values()]) settle(failure('backend.lost'))
    pending.clear()
    setTimeout(connect, retryMs)
    retryMs = Math.min(longestRetryMs, retryMs * 2)
  }
}

function receive(message: WireMessage): void {
  if ('event' in message) {
    emit(message.event)
    return
  }
  const settle = pending.get(message.id)
  pending.delete(message.id)
  settle?.(message.ok ? { ok: true, output: message.output } : { ok: false, error: message.error })
}

function connected(): Promise<WebSocket | undefined> {
  if (socket) return Promise.resolve(socket)
  return new Promise((resolve) => {
    const settle = (): void => {
      clearTimeout(timer)
      waiting.delete(settle)
      resolve(socket)
    }
    const timer = setTimeout(settle, patienceMs)
    waiting.add(settle)
  })
}

async function socketRequest(method: Method, input: unknown): Promise<Result> {
  if (token === '') return failure('access.denied')
  const open = await connected()
  if (!open) return failure('backend.lost')
  const message: WireRequest = { id: nextId++, method, input }
  return new Promise((resolve) => {
    pending.set(message.id, resolve)
    open.send(JSON.stringify(message))
  })
}

/**
 * Sends a file to the backend (browser mode).
 * @param onProgress share sent, 0 to 1
 * @returns the uploadId that `corpora.import` takes
 * @throws AppError; `cancelled` when the signal ended it
 */
export function upload(file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    // fetch() has no upload progress.
    const sending = new XMLHttpRequest()
    const fail = (code: ErrorData['code']) => () => {
      reject(new AppError(code))
    }
    sending.open('POST', `/upload?name=${encodeURIComponent(file.name)}`)
    sending.setRequestHeader('authorization', `Bearer ${token}`)
    sending.responseType = 'json'
    sending.upload.onprogress = (event) => {
      if (event.total > 0) onProgress(event.loaded / event.total)
    }
    sending.onload = () => {
      const answer = sending.response as { uploadId: string } | ErrorData | null
      if (answer === null) reject(new AppError('internal', { detail: `HTTP ${sending.status}` }))
      else if ('uploadId' in answer) resolve(answer.uploadId)
      else reject(AppError.fromData(answer))
    }
    sending.onerror = fail('backend.lost')
    sending.onabort = fail('cancelled')
    signal.addEventListener('abort', () => {
      sending.abort()
    })
    sending.send(file)
  })
}

if (bridge) bridge.subscribe(emit)
else if (token !== '') connect()
