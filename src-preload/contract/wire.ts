import type { ErrorData } from './errors'
import type { AppEvent } from './events'
import type { Method } from './methods'
import type { RunEnd } from './run-ends'
import type { RailScreen } from './screens'

/** One request and its answer, the same over child IPC, Electron IPC and WebSocket. */
export interface WireRequest {
  readonly id: number
  readonly method: Method
  readonly input: unknown
}
export type WireAnswer =
  | { readonly id: number; readonly ok: true; readonly output: unknown }
  | { readonly id: number; readonly ok: false; readonly error: ErrorData }
/** Of something that is written. */
export interface ByteProgress {
  readonly doneBytes: number
  readonly totalBytes: number
}

/** What a backend that ends waits for. */
export interface Closing {
  /** The run that is saved; null: something short, or nothing any more. */
  readonly run: {
    readonly name: string
    /** What it can be resumed from however this ends; 0: nothing. */
    readonly savedStep: number
    /** null: its step has not ended yet, or nothing is written yet. */
    readonly saved: ByteProgress | null
  } | null
}

/** What the shell tells its backend besides requests: to save what trains and end, or to wait for that no longer. */
export interface EndMessage {
  readonly end: 'saving' | 'now'
}
/** What only the shell hears: from the first `EndMessage` on how it ends, every second, so that its silence means something. */
export interface ClosingMessage {
  readonly closing: Closing
}

/** What a backend sends: answers to requests, and events that nobody asked for. */
export type WireMessage = WireAnswer | { readonly event: AppEvent }

export type Result = Omit<Extract<WireAnswer, { ok: true }>, 'id'> | Omit<Extract<WireAnswer, { ok: false }>, 'id'>

/** What the shell asks of the page: to go to a screen (the menu), to show a run (the tray, a notification), to tell its end. */
export type ShellCommand = `go:${RailScreen}` | `run:${string}` | `ended:${RunEnd}:${string}`

/** What the preload puts on `window.homegrown`. */
export interface Bridge {
  /** Rejects never: errors come back as data, because Electron would flatten a thrown error into a string. */
  request(method: Method, input: unknown): Promise<Result>
  /** Returns the function that ends the subscription. */
  subscribe(listener: (event: AppEvent) => void): () => void
  /** Absolute path of a file that the person dropped or picked. */
  pathOf(file: File): string
  /** The system's file dialog; resolves to the chosen paths, empty when cancelled. */
  pickTexts(): Promise<string[]>
  /** From the shell: a ShellCommand. */
  onCommand(listener: (command: string) => void): () => void
  /** The languages that the person prefers, best first, for example ['zh-Hans-CN', 'en']. */
  readonly languages: readonly string[]
  readonly platform: string
}
