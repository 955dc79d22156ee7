import { AppError, isStartCode, type ErrorCode, type ErrorData } from '../src-preload/contract/errors'
import type { AppEvent } from '../src-preload/contract/events'
import type { Input, Method, Output } from '../src-preload/contract/methods'
import type { Bridge, Result, WireMessage, WireRequest } from '../src-preload/contract/wire'
import { takeKey, watchAddress } from './key'

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

const startListeners = new Set<(error: AppError) => void>()
/** Hears why nothing works: no key, a damaged database, a profile that can't be written. */
export function onStartFailure(listener: (error: AppError) => void): void {
  startListeners.add(listener)
}
function tellStartFailure(error: AppError): void {
  for (const listener of startListeners) listener(error)
}

/**
 * Calls the backend.
 * @throws AppError with a code that the text modules have a sentence for
 */
export async function request<M extends Method>(method: M, input: Input<M>): Promise<Output<M>> {
  // A Vue proxy cannot be cloned by Electron; inputs are plain JSON by contract.
  const plain: unknown = JSON.parse(JSON.stringify(input))
  const result = await (bridge ? bridge.request(method, plain) : socketRequest(method, plain))
  if (result.ok) return result.output as Output<M>
  const error = AppError.fromData(result.error)
  if (isStartCode(error.code)) tellStartFailure(error)
  throw error
}

/** Absolute path of a dropped or picked file; empty in a browser, which has none. */
export const pathOf = (file: File): string => bridge?.pathOf(file) ?? ''
export const pickTexts = (): Promise<string[]> => bridge?.pickTexts() ?? Promise.resolve([])
/** Commands of the desktop shell; never called in a browser. */
export const onCommand = (listener: (command: string) => void): (() => void) =>
  bridge?.onCommand(listener) ?? (() => undefined)

// ---- browser mode ----
const failure = (code: ErrorCode): Result => ({ ok: false, error: { code, params: {} } })
const token = isWindow ? '' : takeKey()

const firstRetryMs = 250
const longestRetryMs = 5000
/** A request made while the backend is away waits this long for it to come back. */
const patienceMs = 8000

let socket: WebSocket | undefined
let wasUp = false
/** The server knows another key. */
let isRefused = false
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
    void connectAgain()
  }
}

/** A refused socket does not say why: the server is asked about the key, and again until it knows this one. */
async function connectAgain(): Promise<void> {
  const answer = await fetch('/key', { headers: { authorization: `Bearer ${token}` } }).catch(() => null)
  if (answer?.status === 403) {
    isRefused = true
    for (const go of [...waiting]) go()
    tellStartFailure(new AppError('access.wrongKey'))
    setTimeout(() => void connectAgain(), longestRetryMs)
  } else if (isRefused) {
    if (answer?.status === 204) location.reload()
    else setTimeout(() => void connectAgain(), longestRetryMs)
  } else {
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
  if (token === '') return failure('access.noKey')
  const open = isRefused ? undefined : await connected()
  if (!open) return failure(isRefused ? 'access.wrongKey' : 'backend.lost')
  const message: WireRequest = { id: nextId++, method, input }
  return new Promise((resolve) => {
    pending.set(message.id, resolve)
    open.send(JSON.stringify(message))
  })
}

export interface UploadOptions {
  readonly name: string
  /** Of the file that was sent, 0 to 1. */
  readonly onShare: (share: number) => void
  readonly signal: AbortSignal
}

/**
 * Sends a file to the backend (browser mode), however long that takes.
 * @returns the uploadId that `corpora.import` takes
 * @throws AppError; `cancelled` when the signal ended it, `corpus.unreadable` when the disk did
 */
export function upload(file: File, { name, onShare, signal }: UploadOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    // fetch() has no upload progress.
    const sending = new XMLHttpRequest()
    sending.open('POST', `/upload?name=${encodeURIComponent(name)}`)
    sending.setRequestHeader('authorization', `Bearer ${token}`)
    sending.responseType = 'json'
    sending.upload.onprogress = (event) => {
      if (event.total > 0) onShare(event.loaded / event.total)
    }
    sending.onload = () => {
      const answer = sending.response as { uploadId: string } | ErrorData | null
      if (answer === null) reject(new AppError('internal', { detail: `HTTP ${sending.status}` }))
      else if ('uploadId' in answer) resolve(answer.uploadId)
      else reject(AppError.fromData(answer))
    }
    sending.onerror = () => {
      // The browser does not say which end it was: a file that is gone or may not be read fails again.
      const readAgain = file.slice(-1).arrayBuffer()
      readAgain.then(
        () => {
          reject(new AppError('backend.lost'))
        },
        () => {
          reject(new AppError('corpus.unreadable', { name }))
        },
      )
    }
    const abort = (): void => {
      sending.abort()
      reject(new AppError('cancelled'))
    }
    signal.addEventListener('abort', abort, { once: true })
    sending.onloadend = () => {
      signal.removeEventListener('abort', abort)
    }
    if (signal.aborted) abort()
    else sending.send(file)
  })
}

if (bridge) bridge.subscribe(emit)
else {
  watchAddress()
  if (token !== '') connect()
}
