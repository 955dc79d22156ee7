import type { AppEvent } from '../../../src-preload/contract/events'
import type { Input, Method, Output } from '../../../src-preload/contract/methods'
import type { Bridge, Result } from '../../../src-preload/contract/wire'
import type { ErrorCode } from '../../../src-preload/contract/errors'

type Answers = { [M in Method]?: (input: Input<M>) => Output<M> | Promise<Output<M>> }

/** The other end of the bridge, answered by the test: stores run unchanged against it. */
export class TestBridge implements Bridge {
  readonly languages = ['en']
  readonly platform = 'test'
  readonly calls: { method: Method; input: unknown }[] = []
  answers: Answers = {}
  readonly #listeners = new Set<(event: AppEvent) => void>()

  async request(method: Method, input: unknown): Promise<Result> {
    this.calls.push({ method, input })
    const answer = this.answers[method] as ((input: unknown) => unknown) | undefined
    try {
      if (!answer) throw refusal('method.unknown')
      return { ok: true, output: await answer(input) }
    } catch (thrown) {
      return { ok: false, error: { code: (thrown as { code: ErrorCode }).code, params: {} } }
    }
  }
  subscribe(listener: (event: AppEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  emit(event: AppEvent): void {
    for (const listener of [...this.#listeners]) listener(event)
  }
  pathOf(): string {
    return ''
  }
  pickTexts(): Promise<string[]> {
    return Promise.resolve([])
  }
  onCommand(): () => void {
    return () => undefined
  }
}

export function refusal(code: ErrorCode): Error & { code: ErrorCode } {
  return Object.assign(new Error(code), { code })
}

/** A promise that the test settles when it is time. */
export function later<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

/** Lets everything that waits for settled promises run. */
export const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))
